import type { Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { poolData, saturation } from '../../clients/pool-data.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { Duration } from '../../options/duration.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type Rule, duration, flag, oneOf, wholeFrom } from '../../options/rules.js';
import { requestDataSource } from './data-source.js';
import { pendingMigrations } from './pending-migrations.js';
import { ping } from './ping.js';
import { poolOf } from './pool.js';
import { resultOf } from './result.js';

/** Options of {@link TypeOrmIndicator}. */
export interface TypeOrmIndicatorOptions extends HealthIndicatorOptions {
  /**
   * The data source: its name in `TypeOrmModule`, an injection token, or the `DataSource` itself. Default: the
   * application's default data source.
   */
  readonly dataSource?: ClientSource<DataSource>;
  /** Pings a replica, which TypeORM chooses, instead of the primary. Default: false. */
  readonly replica?: boolean;
  /** Milliseconds, with `replica`. DEGRADED when a PostgreSQL replica is further behind its primary. Default: unset, no limit. */
  readonly maxReplicaLag?: Duration;
  /** The status while migrations of the data source were not executed. Default: unset, migrations are not checked. */
  readonly pendingMigrations?: 'degraded' | 'down';
  /** DEGRADED when more callers than this wait for a connection of the pool. Default: unset, no limit. */
  readonly maxWaiting?: number;
}

const WITHOUT_REPLICA: Rule = { expected: 'a time, with replica: true', accepts: () => false };

/** Pings the database of a TypeORM data source through the pool that the application uses. */
export function TypeOrmIndicator(name: string, options: TypeOrmIndicatorOptions = {}): Type<HealthIndicator> {
  const { own, place, annotate } = configureIndicator('TypeOrmIndicator', name, options, {
    dataSource: clientSource,
    replica: flag,
    // Plain JavaScript can pass null.
    maxReplicaLag: (options ?? {}).replica === true ? duration(0) : WITHOUT_REPLICA,
    pendingMigrations: oneOf(['degraded', 'down']),
    maxWaiting: wholeFrom(0),
  });
  const mode = own.replica === true ? 'slave' : 'master';

  return annotate(
    class extends ClientIndicator<DataSource> {
      protected request(): Promise<ClientRequest<DataSource>> {
        return requestDataSource(place, own.dataSource, { replica: mode === 'slave' });
      }

      async check({ signal, attach }: HealthCheckContext): Promise<HealthResult> {
        const dataSource = await this.client();
        attach(() => {
          const pool = poolOf(dataSource, mode);
          return pool && poolData(pool);
        });
        // Counted before the ping, which may have to wait for a connection itself.
        const saturated = saturation(poolOf(dataSource, mode), own.maxWaiting);
        const replicaLag = await ping(dataSource, mode, signal);
        const pending = own.pendingMigrations && (await pendingMigrations(dataSource, signal));
        return resultOf({ saturated, replicaLag, pending, pool: poolOf(dataSource, mode) }, own);
      }
    },
  );
}
