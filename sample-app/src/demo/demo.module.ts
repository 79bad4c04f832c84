import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { OrdersServiceModule } from '../orders-service/orders-service.module.js';
import { OutboxModule } from '../orders-service/outbox/outbox.module.js';
import { DatabaseLock } from './database-lock.js';
import { DemoController } from './demo.controller.js';
import { PaymentsProcess } from './payments-process.js';

/** The orders service with a way to break what it depends on. */
@Module({})
export class DemoModule implements OnApplicationShutdown {
  constructor(private readonly payments: PaymentsProcess) {}

  static with(payments: PaymentsProcess): DynamicModule {
    return {
      module: DemoModule,
      imports: [OrdersServiceModule, OutboxModule],
      controllers: [DemoController],
      providers: [DatabaseLock, { provide: PaymentsProcess, useValue: payments }],
    };
  }

  /** Last of all: what is in flight when the application is told to end may still need payments. */
  async onApplicationShutdown(): Promise<void> {
    await this.payments.stop();
  }
}
