import { type InnerPgPool, isPgPool, pgPoolCounts } from '../../clients/pg-pool.js';
import type { PoolCounts } from '../../clients/pool-data.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type MikroOrmClient, type OrmConnection, connectionOf } from './mikro-orm-client.js';

/** The pools of the open connections. Undefined for another client than `pg`. */
const pools = new WeakMap<OrmConnection, InnerPgPool | undefined>();

/** The pool of `pg` that MikroORM uses. Undefined for other drivers, and before MikroORM 7.2. */
export async function openPool(orm: MikroOrmClient): Promise<InnerPgPool | undefined> {
  const connection = connectionOf(orm);
  // A closed MikroORM would open a new pool that is never closed.
  if (connection.connected === false && pools.has(connection)) throw new HealthCheckError('the MikroORM is closed');
  await connection.ensureConnection();
  // An application that passes its own Kysely has no native client.
  const client = await connection.getNativeClient?.().catch(() => undefined);
  const pool = isPgPool(client) ? client : undefined;
  pools.set(connection, pool);
  return pool;
}

/** The counts of the pool. Undefined before the first check, and without a pool of `pg`. */
export function countsOf(orm: MikroOrmClient): PoolCounts | undefined {
  const pool = pools.get(connectionOf(orm));
  return pool && pgPoolCounts(pool);
}
