import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { OrdersServiceModule } from '../orders-service/orders-service.module.js';
import { OutboxModule } from '../orders-service/outbox/outbox.module.js';
import { DatabaseLock } from './database-lock.js';
import { DemoController } from './demo.controller.js';
import { PaymentsProcess } from './payments-process.js';

/** The orders service with commands that break its dependencies. */
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

  /** Stops payments last, because requests in flight may still need it. */
  async onApplicationShutdown(): Promise<void> {
    await this.payments.stop();
  }
}
