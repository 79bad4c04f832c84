import { ClientRequests } from '../../clients/client-requests.js';
import { isMissingTable, isNotPermitted } from './failure.js';
import { migrationsIn } from './migrations-folder.js';
import { callKeyOf, capacityOf } from './ping.js';
import { type PrismaSqlClient, providerOf, schemaOf } from './prisma-client.js';
import { query } from './query.js';

/** The migrations of the folder that are not in the database. */
export interface UnfinishedMigrations {
  /** Never executed, or rolled back. The oldest first. */
  readonly pending: readonly string[];
  /** Failed, so that `prisma migrate deploy` executes no other migration. */
  readonly failed: readonly string[];
  /** Executed at the moment, or interrupted. */
  readonly running: readonly string[];
}

export type MigrationsReading = UnfinishedMigrations | 'not permitted';

/** The places of the migrations and of the table of executed migrations. */
export interface MigrationsPlace {
  readonly folder: string;
  readonly schema?: string | undefined;
}

interface Row {
  readonly name: string;
  readonly finished: unknown;
  readonly failed: unknown;
}

/** The name is fixed in Prisma. */
const TABLE = '_prisma_migrations';

/** Shared by all indicators with the same database and the same table. */
const readings = new ClientRequests<readonly Row[] | 'not permitted'>();

/** Compares the folder of the migrations with the table that `prisma migrate` keeps. It writes nothing. */
export async function unfinishedMigrations(
  client: PrismaSqlClient,
  { folder, schema }: MigrationsPlace,
  signal: AbortSignal,
): Promise<MigrationsReading> {
  const known = await migrationsIn(folder);
  const table = tableOf(client, schema ?? schemaOf(client));
  const begin = (abandoned: AbortSignal): ReturnType<typeof rowsOf> => rowsOf(client, table, abandoned);
  const rows = await readings.send(callKeyOf(client), table, signal, begin, () => capacityOf(client));
  return rows === 'not permitted' ? rows : compare(known, rows);
}

/** Migrations in the database that are not in the folder belong to a newer version of the application. */
function compare(known: readonly string[], rows: readonly Row[]): UnfinishedMigrations {
  const stateOf = (name: string): 'finished' | 'failed' | 'running' | 'pending' => {
    const own = rows.filter((row) => row.name === name);
    if (own.some(({ finished }) => Number(finished) === 1)) return 'finished';
    if (own.some(({ failed }) => Number(failed) === 1)) return 'failed';
    return own.length > 0 ? 'running' : 'pending';
  };
  return {
    pending: known.filter((name) => stateOf(name) === 'pending'),
    failed: known.filter((name) => stateOf(name) === 'failed'),
    running: known.filter((name) => stateOf(name) === 'running'),
  };
}

/** A migration has a row for each time it was executed. The log of a failure is not read: it can hold data. */
async function rowsOf(
  client: PrismaSqlClient,
  table: string,
  abandoned: AbortSignal,
): Promise<readonly Row[] | 'not permitted'> {
  const sql =
    'SELECT migration_name AS name, CASE WHEN finished_at IS NULL THEN 0 ELSE 1 END AS finished, ' +
    `CASE WHEN logs IS NULL THEN 0 ELSE 1 END AS failed FROM ${table} WHERE rolled_back_at IS NULL`;
  try {
    return (await query(client, sql, abandoned)) as readonly Row[];
  } catch (error) {
    if (isMissingTable(error)) return [];
    if (isNotPermitted(error)) return 'not permitted';
    throw error;
  }
}

function tableOf(client: PrismaSqlClient, schema: string | undefined): string {
  const quote = providerOf(client) === 'mysql' ? '`' : '"';
  return [schema, TABLE]
    .filter((part) => part !== undefined)
    .map((part) => `${quote}${part.replaceAll(quote, quote + quote)}${quote}`)
    .join('.');
}
