import { assess } from '../../clients/assess.js';
import { pendingMigrationsText } from '../../clients/pending-migrations-text.js';
import { type PoolCounts, poolData } from '../../clients/pool-data.js';
import { type HealthData, type HealthResult, down } from '../../core/result.js';
import type { NotPermitted } from './permission.js';

/** The findings of a check. */
interface Findings {
  readonly saturated: string | undefined;
  readonly replicaLag: number | NotPermitted | undefined;
  readonly pending: readonly string[] | NotPermitted | undefined;
  readonly pool: PoolCounts | undefined;
}

/** The options for the result. */
interface ResultOptions {
  readonly maxReplicaLag?: number;
  readonly pendingMigrations?: 'degraded' | 'down';
}

/** The result of a successful ping, with all problems in one message. */
export function resultOf(findings: Findings, options: ResultOptions): HealthResult {
  const { saturated, pool, replicaLag: lag, pending } = findings;
  const { maxReplicaLag = Infinity } = options;
  const data: HealthData = {
    ...(pool && poolData(pool)),
    ...(typeof lag === 'number' && { replica_lag_seconds: lag }),
    ...(typeof pending === 'object' && { pending_migrations: pending.length }),
    ...(lag === 'not permitted' && { note: 'reading the replica lag is not permitted' }),
  };
  const migrations = typeof pending === 'object' && pending.length > 0 ? pendingMigrationsText(pending) : undefined;
  if (migrations !== undefined && options.pendingMigrations === 'down') return down(migrations, data);
  return assess(
    [
      migrations,
      pending === 'not permitted' &&
        'cannot check pendingMigrations: the user is not permitted to read the migrations table',
      lag === 'not permitted' &&
        maxReplicaLag < Infinity &&
        'cannot check maxReplicaLag: the user is not permitted to read the replica lag',
      typeof lag === 'number' &&
        lag * 1000 > maxReplicaLag &&
        `the replica is ${lag} s behind, more than ${maxReplicaLag / 1000} s`,
      saturated,
    ],
    data,
  );
}
