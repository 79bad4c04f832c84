import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { checkPool } from '../../clients/pool-data.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { wholeFrom } from '../../options/rules.js';
import { ping } from './ping.js';
import { type SequelizeClient, countsOf, isSequelize } from './sequelize-client.js';

/** Options of {@link SequelizeIndicator}. */
export interface SequelizeIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `Sequelize`: its injection token, or the `Sequelize` itself. Required. */
  readonly client: ClientSource<SequelizeClient>;
  /** DEGRADED when more callers than this wait for a connection of the pool. Default: unset, no limit. */
  readonly maxWaiting?: number;
}

/** Pings the database of a `Sequelize` through the pool that the application uses. */
export function SequelizeIndicator(name: string, options: SequelizeIndicatorOptions): Type<HealthIndicator> {
  const rules = { client: clientSource, maxWaiting: wholeFrom(0) };
  const { own, place, annotate } = configureIndicator('SequelizeIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<SequelizeClient> {
      protected request(): ClientRequest<SequelizeClient> {
        return {
          place,
          sources: [own.client],
          accepts: isSequelize,
          expected: 'a Sequelize',
          remedy: passToken(place, 'Sequelize', '{ client: Sequelize }'),
        };
      }

      async check(context: HealthCheckContext): Promise<HealthResult> {
        const client = await this.client();
        return checkPool(context, {
          ping: (signal) => ping(client, signal),
          counts: () => countsOf(client),
          maxWaiting: own.maxWaiting,
        });
      }
    },
  );
}
