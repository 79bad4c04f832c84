import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { HealthControlModule } from 'nest-vitals/control';
import { OrdersServiceModule } from '../orders-service/orders-service.module.js';
import { OutboxProcessor } from '../orders-service/outbox/outbox.processor.js';
import { OutboxModule } from '../orders-service/outbox/outbox.module.js';
import { ConfirmationsProcess } from './confirmations-process.js';
import { DatabaseLock } from './database-lock.js';
import { DemoController } from './demo.controller.js';
import { PaymentsProcess } from './payments-process.js';

/** The orders service with commands that break its dependencies, and with buttons for operators on its page. */
@Module({})
export class DemoModule implements OnApplicationShutdown {
  constructor(
    private readonly payments: PaymentsProcess,
    private readonly confirmations: ConfirmationsProcess,
    outbox: OutboxProcessor,
  ) {
    outbox.onPaid((orderId) => confirmations.confirm(orderId));
  }

  static with(payments: PaymentsProcess, confirmations: ConfirmationsProcess, controlKey: string): DynamicModule {
    return {
      module: DemoModule,
      imports: [
        OrdersServiceModule,
        OutboxModule,
        HealthControlModule.forRoot({ apiKeys: { operator: controlKey }, forms: true }),
      ],
      controllers: [DemoController],
      providers: [
        DatabaseLock,
        { provide: PaymentsProcess, useValue: payments },
        { provide: ConfirmationsProcess, useValue: confirmations },
      ],
    };
  }

  /** Stops the other services last, because requests in flight may still need them. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.payments.stop(), this.confirmations.stop()]);
  }
}
