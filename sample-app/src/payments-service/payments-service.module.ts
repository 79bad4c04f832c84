import { Module } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { LedgerHealth } from './ledger.health.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsService } from './payments.service.js';

@Module({
  imports: [
    HealthModule.forRoot({
      service: { name: 'payments', version: '2.0.1' },
      // Both services live in one environment here, and each reads its own variables.
      environmentPrefix: 'PAYMENTS_HEALTH_',
      // Only other services reach it, so that its answers hide nothing, in production either.
      endpoints: { ready: { view: 'full' }, deep: { view: 'full' } },
      // No balancer stands before it, so that nobody has to notice before it may end.
      shutdown: { delay: 0 },
    }),
  ],
  controllers: [PaymentsController],
  providers: [PaymentsService, LedgerHealth],
})
export class PaymentsServiceModule {}
