import { Module } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { HealthManagementModule } from 'nest-vitals/management';
import { port } from '../environment.js';
import { FleetModule } from '../fleet/fleet.module.js';
import { ConfirmationsHeartbeat } from './confirmations.heartbeat.js';
import { ConfirmationsWorker } from './confirmations.worker.js';

/** A worker without HTTP: its probes are on the management port. */
@Module({
  imports: [
    HealthModule.forRoot({
      service: { name: 'confirmations', version: '1.0.3' },
      environmentPrefix: 'CONFIRMATIONS_HEALTH_',
      shutdown: { delay: 0 },
    }),
    HealthManagementModule.forRoot({
      port: port('WORKER_PORT', 9091),
      host: process.env['LISTEN_HOST'] || '127.0.0.1',
    }),
    FleetModule,
  ],
  providers: [ConfirmationsHeartbeat, ConfirmationsWorker],
})
export class ConfirmationsWorkerModule {}
