import { type InnerPgPool, withPgConnection } from '../../clients/pg-pool.js';
import { explain } from './failure.js';
import { type PrismaSqlClient, poolOf } from './prisma-client.js';

/**
 * Runs a statement without parameters. Over the pool of `pg` it is cancelled when the signal is aborted, and does not
 * appear in the query log of Prisma. A statement of `$queryRaw` cannot be cancelled.
 */
export async function query(client: PrismaSqlClient, sql: string, abandoned: AbortSignal): Promise<readonly unknown[]> {
  const pool = poolOf(client);
  try {
    if (pool) {
      await addErrorListener(client, pool);
      return (await withPgConnection(pool, abandoned, (connection) => connection.query(sql))).rows;
    }
    const rows = await client.$queryRaw(Object.assign([sql], { raw: [sql] }));
    return Array.isArray(rows) ? rows : [];
  } catch (error) {
    throw explain(error);
  }
}

/**
 * Without a listener, an idle connection that breaks ends the process. Prisma adds one when it connects, which it does
 * with the first query of the application. The check may open the first connection of the pool before that.
 */
async function addErrorListener(client: PrismaSqlClient, pool: InnerPgPool): Promise<void> {
  if (pool.listenerCount?.('error') === 0) await client.$connect?.();
}
