import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { poolData, saturation } from '../../clients/pool-data.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { oneOf, wholeFrom } from '../../options/rules.js';
import { type MikroOrmClient, requestOrm } from './mikro-orm-client.js';
import { pendingMigrations } from './pending-migrations.js';
import { ping } from './ping.js';
import { countsOf } from './pool.js';
import { resultOf } from './result.js';

/** Options of {@link MikroOrmIndicator}. */
export interface MikroOrmIndicatorOptions extends HealthIndicatorOptions {
  /**
   * The `MikroORM`: its context name in `MikroOrmModule`, an injection token, or the `MikroORM` itself. Default: the
   * application's default `MikroORM`.
   */
  readonly orm?: ClientSource<MikroOrmClient>;
  /**
   * The status while migrations were not executed. Needs MikroORM 7.2, PostgreSQL and `@mikro-orm/migrations`. Default:
   * unset, migrations are not checked.
   */
  readonly pendingMigrations?: 'degraded' | 'down';
  /** DEGRADED when more callers than this wait for a connection of the pool. Default: unset, no limit. */
  readonly maxWaiting?: number;
}

/** Pings the database of a `MikroORM` through the connections that the application uses. */
export function MikroOrmIndicator(name: string, options: MikroOrmIndicatorOptions = {}): Type<HealthIndicator> {
  const { own, place, annotate } = configureIndicator('MikroOrmIndicator', name, options, {
    orm: clientSource,
    pendingMigrations: oneOf(['degraded', 'down']),
    maxWaiting: wholeFrom(0),
  });

  return annotate(
    class extends ClientIndicator<MikroOrmClient> {
      protected request(): Promise<ClientRequest<MikroOrmClient>> {
        return requestOrm(place, own.orm, own.pendingMigrations !== undefined);
      }

      async check({ signal, attach }: HealthCheckContext): Promise<HealthResult> {
        const orm = await this.client();
        attach(() => {
          const pool = countsOf(orm);
          return pool && poolData(pool);
        });
        // Counted before the ping, which may have to wait for a connection itself.
        const saturated = saturation(countsOf(orm), own.maxWaiting);
        await ping(orm, signal);
        const pending = own.pendingMigrations && (await pendingMigrations(orm, signal));
        return resultOf({ saturated, pending, pool: countsOf(orm) }, own.pendingMigrations);
      }
    },
  );
}
