import { ClientCalls } from '../../clients/client-calls.js';
import { withPgConnection } from '../../clients/pg-pool.js';
import { capacityFrom } from '../../clients/pool-capacity.js';
import { type MikroOrmClient, type Migrator, migratorOf } from './mikro-orm-client.js';
import { countsOf, openPool } from './pool.js';

/** The names of the pending migrations, the oldest first, or the reason why they are not known. */
export type PendingMigrations = readonly string[] | 'not permitted' | { readonly missingTable: string };

/** Shared by all indicators with the same MikroORM. */
const readings = new ClientCalls<PendingMigrations>();
const migrators = new WeakMap<MikroOrmClient, Migrator>();

/** The SQLSTATE of PostgreSQL for a statement that the user is not permitted to run. */
const PERMISSION_DENIED = '42501';

/**
 * Gets the pending migrations from the migrator of MikroORM. The migrator creates the table of executed migrations if it
 * is missing, so it is called only when the table exists: a check writes nothing.
 */
export function pendingMigrations(orm: MikroOrmClient, signal: AbortSignal): Promise<PendingMigrations> {
  const begin = async (abandoned: AbortSignal): Promise<PendingMigrations> => {
    const migrator = ownMigrator(orm);
    const { tableName, schemaName } = migrator.getStorage().getTableName();
    const table = [schemaName, tableName].filter((part) => part !== undefined);
    try {
      if (!(await hasTable(orm, table, abandoned))) return { missingTable: table.join('.') };
      return (await migrator.getPending()).map(({ name }) => name);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === PERMISSION_DENIED) return 'not permitted';
      throw error;
    }
  };
  return readings.call(orm, signal, begin, () => capacityFrom(countsOf(orm)));
}

/** The application's migrator keeps the state of a migration in progress, such as its transaction, so a check has its own. */
function ownMigrator(orm: MikroOrmClient): Migrator {
  const known = migrators.get(orm);
  if (known) return known;
  const MigratorClass = migratorOf(orm).constructor as new (em: unknown) => Migrator;
  const migrator = new MigratorClass(orm.em);
  migrators.set(orm, migrator);
  return migrator;
}

async function hasTable(orm: MikroOrmClient, table: readonly string[], abandoned: AbortSignal): Promise<boolean> {
  const pool = await openPool(orm);
  // Without the pool, only MikroORM's migrator could look for the table, and it would create the table.
  if (!pool) throw new Error('the check of migrations needs the pool of pg');
  const name = table.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
  const { rows } = await withPgConnection(pool, abandoned, (connection) =>
    connection.query('SELECT to_regclass($1) IS NOT NULL AS found', [name]),
  );
  return (rows[0] as { readonly found?: boolean } | undefined)?.found === true;
}
