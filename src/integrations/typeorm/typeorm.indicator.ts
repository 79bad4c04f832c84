import type { Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthData, type HealthResult, degraded, down, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { poolData, saturation } from '../../clients/pool-data.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { flag, milliseconds, oneOf, whole } from '../../options/rules.js';
import { requestDataSource } from './data-source.js';
import { pendingMigrations } from './pending-migrations.js';
import { ping } from './ping.js';
import { poolOf } from './pool.js';

interface OwnOptions {
  /**
   * Which data source: the name that `TypeOrmModule` knows it by, an injection token, or the `DataSource` itself.
   * Default: the application's default data source.
   */
  readonly dataSource?: ClientSource<DataSource>;
  /** Asks a replica, which TypeORM chooses, instead of the primary. Default: false. */
  readonly replica?: boolean;
  /** Milliseconds: a replica of PostgreSQL that is further behind is DEGRADED. Default: unset. */
  readonly maxReplicaLag?: number;
  /** What migrations that the database has not seen count for. Default: unset, nobody looks. */
  readonly pendingMigrations?: 'degraded' | 'down';
  /** More callers than this that wait for a connection of the pool are DEGRADED. Default: unset, any number may wait. */
  readonly maxWaiting?: number;
}

/** Options of {@link TypeOrmIndicator}. */
export interface TypeOrmIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks the database of a TypeORM data source for an answer, through the pool that the application uses. */
export function TypeOrmIndicator(name: string, options: TypeOrmIndicatorOptions = {}): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>('TypeOrmIndicator', name, options, {
    dataSource: clientSource,
    replica: flag,
    maxReplicaLag: milliseconds(0),
    pendingMigrations: oneOf(['degraded', 'down']),
    maxWaiting: whole(0, Number.MAX_SAFE_INTEGER),
  });
  const { own, place } = configured;
  const mode = own.replica === true ? 'slave' : 'master';

  class ConfiguredTypeOrmIndicator extends ClientIndicator<DataSource> {
    protected request(): Promise<ClientRequest<DataSource>> {
      return requestDataSource(place, own.dataSource, { replica: mode === 'slave' });
    }

    async check({ signal, attach }: HealthCheckContext): Promise<HealthResult> {
      const dataSource = await this.client();
      attach(() => {
        const pool = poolOf(dataSource, mode);
        return pool && poolData(pool);
      });
      // Who else waits for a connection is seen before the ping itself does.
      const saturated = saturation(poolOf(dataSource, mode), own.maxWaiting);
      const { replicaLag } = await ping(dataSource, mode, signal);
      const pending = own.pendingMigrations && (await pendingMigrations(dataSource, signal));
      return assess({ saturated, replicaLag, pending, pool: poolOf(dataSource, mode) }, own);
    }
  }
  configured.annotate(ConfiguredTypeOrmIndicator);
  return ConfiguredTypeOrmIndicator;
}

interface Findings {
  readonly saturated: string | undefined;
  readonly replicaLag: number | undefined;
  readonly pending: readonly string[] | undefined;
  readonly pool: ReturnType<typeof poolOf>;
}

/** One sentence for everything that is not as it should be. */
function assess({ saturated, replicaLag, pending, pool }: Findings, options: OwnOptions): HealthResult {
  const data: HealthData = {
    ...(pool && poolData(pool)),
    ...(replicaLag !== undefined && { replica_lag_seconds: replicaLag }),
    ...(pending && { pending_migrations: pending.length }),
  };
  const problems: string[] = [];
  if (pending && pending.length > 0) {
    problems.push(`${pending.length} pending migration${pending.length === 1 ? '' : 's'}, the first is ${pending[0]}`);
    if (options.pendingMigrations === 'down') return down(problems.join('; '), data);
  }
  const { maxReplicaLag = Infinity } = options;
  if (replicaLag !== undefined && replicaLag * 1000 > maxReplicaLag) {
    problems.push(`the replica is ${replicaLag} s behind, more than ${maxReplicaLag / 1000} s`);
  }
  if (saturated !== undefined) problems.push(saturated);
  return problems.length > 0 ? degraded(problems.join('; '), data) : up(data);
}
