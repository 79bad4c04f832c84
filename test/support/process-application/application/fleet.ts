import type { DynamicModule, Type } from '@nestjs/common';
import { Redis } from 'ioredis';
import { HealthIndicator, type HealthModuleOptions, type HealthResult, up } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { redisStore } from 'nest-vitals/stores/redis';
import type { FleetConfiguration } from './configuration.js';
import { tell } from './outside.js';

@HealthIndicator('rates', { scope: 'fleet', ttl: '1s' })
class Rates {
  check(): HealthResult {
    tell('rates checked');
    return up();
  }
}

/**
 * Makes the application an instance of a fleet. It has the indicator `rates`, which one instance runs for the fleet.
 */
export function fleetParts({ url, environment, instance, heartbeat }: FleetConfiguration): {
  readonly service: NonNullable<HealthModuleOptions['service']>;
  readonly modules: readonly DynamicModule[];
  readonly indicators: readonly Type[];
} {
  const client = new Redis(url, { retryStrategy: () => 100 });
  client.on('error', () => undefined);
  return {
    service: { name: 'orders', version: '1.4.2', environment },
    modules: [HealthFleetModule.forRoot({ store: redisStore({ client }), instance, heartbeat })],
    indicators: [Rates],
  };
}
