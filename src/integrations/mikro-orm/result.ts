import { assess } from '../../clients/assess.js';
import { pendingMigrationsText } from '../../clients/pending-migrations-text.js';
import { type PoolCounts, poolData } from '../../clients/pool-data.js';
import { type HealthData, type HealthResult, down } from '../../core/result.js';
import type { PendingMigrations } from './pending-migrations.js';

/** The findings of a check. */
interface Findings {
  readonly saturated: string | undefined;
  readonly pending: PendingMigrations | undefined;
  readonly pool: PoolCounts | undefined;
}

/** The result of a successful ping, with all problems in one message. */
export function resultOf(
  { saturated, pending, pool }: Findings,
  status: 'degraded' | 'down' | undefined,
): HealthResult {
  const data: HealthData = {
    ...(pool && poolData(pool)),
    ...(Array.isArray(pending) && { pending_migrations: pending.length }),
  };
  const migrations = pending === 'not permitted' ? undefined : problemOf(pending);
  if (migrations !== undefined && status === 'down') return down(migrations, data);
  return assess(
    [
      migrations,
      pending === 'not permitted' &&
        'cannot check pendingMigrations: the user is not permitted to read the migrations table',
      saturated,
    ],
    data,
  );
}

function problemOf(pending: Exclude<PendingMigrations, 'not permitted'> | undefined): string | undefined {
  if (pending === undefined) return undefined;
  if ('missingTable' in pending) return `no migration was executed: the table ${pending.missingTable} does not exist`;
  if (pending.length === 0) return undefined;
  return pendingMigrationsText(pending);
}
