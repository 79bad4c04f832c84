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
import { type PgClient, type PgPool, countsOf, isPgClient } from './pg-client.js';
import { ping } from './ping.js';

/** Options of {@link PgIndicator}. */
export interface PgIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `Pool` or `Client`: its injection token, or the client itself. Required. */
  readonly client: ClientSource<PgPool | PgClient>;
  /** DEGRADED when more callers than this wait for a connection of the pool. Default: unset, no limit. */
  readonly maxWaiting?: number;
}

/** Pings PostgreSQL through the application's own pool or client of the package `pg`. */
export function PgIndicator(name: string, options: PgIndicatorOptions): Type<HealthIndicator> {
  const rules = { client: clientSource, maxWaiting: wholeFrom(0) };
  const { own, place, annotate } = configureIndicator('PgIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<PgPool | PgClient> {
      protected request(): ClientRequest<PgPool | PgClient> {
        return {
          place,
          sources: [own.client],
          accepts: isPgClient,
          expected: 'a Pool or a Client of pg',
          remedy: passToken(place, 'pool', '{ client: PG_POOL }'),
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
