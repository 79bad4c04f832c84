import { Module } from '@nestjs/common';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { FleetConnection } from './fleet-connection.js';

@Module({ providers: [FleetConnection], exports: [FleetConnection] })
class FleetConnectionModule {}

/** Announces this process in the store of the fleet, and shows the fleet at `/health/fleet`. */
@Module({
  imports: [
    HealthFleetModule.forRootAsync({
      imports: [FleetConnectionModule],
      inject: [FleetConnection],
      useFactory: async (connection: FleetConnection) => ({
        store: await connection.open(),
        ...(process.env['INSTANCE'] && { instance: process.env['INSTANCE'] }),
      }),
    }),
  ],
})
export class FleetModule {}
