import type { DataSource, QueryRunner } from 'typeorm';
import { ClientCalls } from '../../clients/client-calls.js';
import { roomIn } from '../../clients/pool-room.js';
import { withConnection } from './lent-connection.js';
import { poolOf } from './pool.js';

const readings = new ClientCalls<readonly string[]>();

/**
 * The names of the data source's migrations that its database has not seen, the oldest first. TypeORM's own
 * `showMigrations()` would do, but that creates the table if it is missing, and this writes nothing.
 */
export function pendingMigrations(dataSource: DataSource, signal: AbortSignal): Promise<readonly string[]> {
  const begin = (abandoned: AbortSignal): Promise<readonly string[]> =>
    withConnection(dataSource, 'master', abandoned, async (runner) => {
      const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
      const executed = known.length === 0 ? [] : await executedMigrations(dataSource, runner);
      return known.filter((name) => !executed.includes(name)).toSorted(byTimestamp);
    });
  return readings.call(dataSource, signal, begin, () => roomIn(poolOf(dataSource, 'master')));
}

async function executedMigrations(dataSource: DataSource, runner: QueryRunner): Promise<readonly string[]> {
  const { options, driver, manager } = dataSource;
  const name = options.migrationsTableName ?? 'migrations';
  const { schema } = driver.options as { readonly schema?: string };
  const table = driver.buildTableName(name, schema, driver.database);
  if (!(await runner.hasTable(table))) return [];
  const rows: readonly { readonly name: string }[] = await manager
    .createQueryBuilder(runner)
    .select('name', 'name')
    .from(table, name)
    .getRawMany();
  return rows.map((row) => row.name);
}

/** The name of a migration ends in its timestamp. */
function byTimestamp(one: string, other: string): number {
  return Number(one.slice(-13)) - Number(other.slice(-13));
}
