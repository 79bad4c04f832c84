import { Module } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { FleetModule } from '../fleet/fleet.module.js';
import { LedgerHealth } from './ledger.health.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsService } from './payments.service.js';

@Module({
  imports: [
    HealthModule.forRoot({
      service: { name: 'payments', version: '2.0.1' },
      // Both services share one environment, so each reads its own variables.
      environmentPrefix: 'PAYMENTS_HEALTH_',
      // Only other services reach it, so it shows everything in production too.
      endpoints: { ready: { view: 'full' }, deep: { view: 'full' } },
      // No balancer probes it, so its shutdown need not wait for one.
      shutdown: { delay: 0 },
    }),
    FleetModule,
  ],
  controllers: [PaymentsController],
  providers: [PaymentsService, LedgerHealth],
})
export class PaymentsServiceModule {}
