import type { DataSource, QueryRunner } from 'typeorm';
import { ClientCalls } from '../../clients/client-calls.js';
import { capacityFrom } from '../../clients/pool-capacity.js';
import { withConnection } from './borrowed-connection.js';
import { type NotPermitted, errorCodeOf, ifPermitted } from './permission.js';
import { poolOf } from './pool.js';

/** The names of the pending migrations, the oldest first. */
type PendingMigrations = readonly string[] | NotPermitted;

/** Shared by all indicators with the same data source. */
const readings = new ClientCalls<PendingMigrations>();

/**
 * Compares the data source's migrations with the table of executed migrations. TypeORM's own `showMigrations()` is not
 * used, because it creates the table if it is missing: a check writes nothing.
 */
export function pendingMigrations(dataSource: DataSource, signal: AbortSignal): Promise<PendingMigrations> {
  const begin = (abandoned: AbortSignal): Promise<PendingMigrations> =>
    withConnection(dataSource, 'master', abandoned, async (runner) => {
      const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
      if (known.length === 0) return [];
      const executed = await ifPermitted(() => executedMigrations(dataSource, runner));
      if (executed === 'not permitted') return executed;
      return known.filter((name) => !executed.includes(name)).toSorted(byTimestamp);
    });
  return readings.call(dataSource, signal, begin, () => capacityFrom(poolOf(dataSource, 'master')));
}

async function executedMigrations(dataSource: DataSource, runner: QueryRunner): Promise<readonly string[]> {
  const { options, driver, manager } = dataSource;
  const name = options.migrationsTableName ?? 'migrations';
  const { schema } = driver.options as { readonly schema?: string };
  const table = driver.buildTableName(name, schema, driver.database);
  if (!(await hasTable(dataSource, runner, table))) return [];
  try {
    const rows: readonly { readonly name: string }[] = await manager
      .createQueryBuilder(runner)
      .select('name', 'name')
      .from(table, name)
      .getRawMany();
    return rows.map((row) => row.name);
  } catch (error) {
    if (errorCodeOf(error) === 'ER_NO_SUCH_TABLE') return [];
    throw error;
  }
}

/**
 * `hasTable()` of TypeORM reads `information_schema`, which hides tables that the user may not read. So
 * PostgreSQL's catalog is read instead. MySQL has no such catalog: there, the error of the query shows whether the table is
 * missing or refused.
 */
async function hasTable({ options, driver }: DataSource, runner: QueryRunner, table: string): Promise<boolean> {
  if (options.type === 'mysql' || options.type === 'mariadb') return true;
  if (options.type !== 'postgres') return runner.hasTable(table);
  const { schema, tableName } = driver.parseTableName(table);
  const parts = schema === undefined ? [tableName] : [schema, tableName];
  const rows: readonly { readonly found: boolean }[] = await runner.query(
    'SELECT to_regclass($1) IS NOT NULL AS found',
    [parts.map((part) => driver.escape(part)).join('.')],
  );
  return rows[0]?.found === true;
}

/** The name of a migration ends in its timestamp. */
function byTimestamp(one: string, other: string): number {
  return Number(one.slice(-13)) - Number(other.slice(-13));
}
