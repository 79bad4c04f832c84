import { assess } from '../../clients/assess.js';
import { pendingMigrationsText } from '../../clients/pending-migrations-text.js';
import { type PoolCounts, poolData } from '../../clients/pool-data.js';
import { type HealthData, type HealthResult, down } from '../../core/result.js';
import type { MigrationsReading, UnfinishedMigrations } from './pending-migrations.js';

/** The findings of a check. */
interface Findings {
  readonly saturated: string | undefined;
  readonly migrations: MigrationsReading | undefined;
  readonly pool: PoolCounts | undefined;
}

/** The result of a successful ping, with all problems in one message. */
export function resultOf(
  { saturated, migrations, pool }: Findings,
  status: 'degraded' | 'down' | undefined,
): HealthResult {
  const data: HealthData = {
    ...(pool && poolData(pool)),
    ...(typeof migrations === 'object' && countsOf(migrations)),
  };
  const problem = typeof migrations === 'object' ? problemOf(migrations) : undefined;
  if (problem !== undefined && status === 'down') return down(problem, data);
  return assess(
    [
      problem,
      migrations === 'not permitted' &&
        'cannot check pendingMigrations: the user is not permitted to read the table _prisma_migrations',
      saturated,
    ],
    data,
  );
}

/** A migration that has not finished is pending too. */
function countsOf({ pending, failed, running }: UnfinishedMigrations): HealthData {
  return {
    pending_migrations: pending.length + failed.length + running.length,
    ...(failed.length > 0 && { failed_migrations: failed.length }),
  };
}

function problemOf({ pending, failed, running }: UnfinishedMigrations): string | undefined {
  const problems = [
    failed.length > 0 && `the migration ${failed[0]} has failed`,
    running.length > 0 && `the migration ${running[0]} has not finished`,
    pending.length > 0 && pendingMigrationsText(pending),
  ].filter((problem) => problem !== false);
  return problems.length > 0 ? problems.join('; ') : undefined;
}
