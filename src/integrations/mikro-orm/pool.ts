import { hasMethods } from '../../clients/has-methods.js';
import { takeConnection } from '../../clients/opening-connection.js';
import type { PoolCounts } from '../../clients/pool-data.js';
import { onAbort } from '../../core/async.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type MikroOrmClient, type OrmConnection, connectionOf } from './mikro-orm-client.js';

/** The used part of a connection of `pg`. */
export interface PgConnection {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  release(failure?: Error): void;
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
  readonly connection?: { readonly stream: { destroy(): unknown } };
}

/** The used part of the pool of `pg`. */
interface PgPool {
  connect(): Promise<PgConnection>;
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options?: { readonly max?: number };
}

/** The pools of the open connections. Undefined for another client than `pg`. */
const pools = new WeakMap<OrmConnection, PgPool | undefined>();

/** The pool of `pg` that MikroORM uses. Undefined for other drivers, and before MikroORM 7.2. */
export async function openPool(orm: MikroOrmClient): Promise<PgPool | undefined> {
  const connection = connectionOf(orm);
  // A closed MikroORM would open a new pool, which nobody closes.
  if (connection.connected === false && pools.has(connection)) throw new HealthCheckError('the MikroORM is closed');
  await connection.ensureConnection();
  // An application that passes its own Kysely has no native client.
  const client = await connection.getNativeClient?.().catch(() => undefined);
  const pool = isPool(client) ? client : undefined;
  pools.set(connection, pool);
  return pool;
}

/** The counts of the pool. Undefined before the first check, and without a pool of `pg`. */
export function countsOf(orm: MikroOrmClient): PoolCounts | undefined {
  const pool = pools.get(connectionOf(orm));
  return pool && { max: pool.options?.max, open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
}

function isPool(client: unknown): client is PgPool {
  return hasMethods(client, 'connect') && 'totalCount' in client && 'idleCount' in client && 'waitingCount' in client;
}

/** Runs work with one connection of the pool. When the signal is aborted, the connection is destroyed. */
export async function withConnection<T>(
  pool: PgPool,
  abandoned: AbortSignal,
  work: (connection: PgConnection) => Promise<T>,
): Promise<T> {
  const connection = await takeConnection(
    [pool],
    abandoned,
    () => pool.connect(),
    (late) => late.release(),
  );
  if (abandoned.aborted) {
    connection.release();
    throw abandoned.reason;
  }
  const ignore = (): void => undefined;
  // While a connection is checked out, the pool does not listen to its errors. An error without a listener ends the process.
  connection.on('error', ignore);
  const removeListener = onAbort(abandoned, () => void connection.connection?.stream.destroy());
  let failure: Error | undefined;
  try {
    return await work(connection);
  } catch (error) {
    failure = error instanceof Error ? error : new Error('the query failed', { cause: error });
    throw failure;
  } finally {
    removeListener();
    // Given an error, the pool closes the connection instead of reusing it.
    connection.release(failure);
    connection.off('error', ignore);
  }
}
