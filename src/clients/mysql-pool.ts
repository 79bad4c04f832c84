import type { PoolCounts } from './pool-data.js';

/**
 * The counts of a pool of `mysql2`. The pool has no public counts, so this reads its internal lists, which every version
 * has. Undefined for a client without these lists, such as a connection.
 */
export function mysqlPoolCounts(pool: unknown): PoolCounts | undefined {
  if (typeof pool !== 'object' || pool === null) return undefined;
  const open = lengthOf(pool, '_allConnections');
  const idle = lengthOf(pool, '_freeConnections');
  if (open === undefined || idle === undefined) return undefined;
  const { config } = pool as { readonly config?: { readonly connectionLimit?: number } };
  return { max: config?.connectionLimit, open, idle, waiting: lengthOf(pool, '_connectionQueue') };
}

function lengthOf(pool: object, queue: string): number | undefined {
  const length: unknown = (Reflect.get(pool, queue) as { readonly length?: unknown } | undefined)?.length;
  return typeof length === 'number' ? length : undefined;
}
