import type { DataSource } from 'typeorm';
import type { PoolCounts } from '../../clients/pool-data.js';

/** The server of a replicated data source, as TypeORM calls it. */
export type ReplicationMode = 'master' | 'slave';

/** The used part of a pool of `pg`. */
interface PostgresPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options?: { readonly max?: number };
}

/** The counts of the pool of a data source. Undefined for drivers other than `pg` and `mysql2`. */
export function poolOf({ driver }: DataSource, mode: ReplicationMode): PoolCounts | undefined {
  const { pool } = driver as unknown as Readonly<Record<string, unknown>>;
  const pools = postgresPoolsOf(driver, mode);
  return pools.length > 0 ? sum(pools.map(countPostgres)) : countMysql(pool);
}

/** The pools from which a connection may come. */
export function poolsOf({ driver }: DataSource, mode: ReplicationMode): readonly unknown[] {
  const { pool } = driver as unknown as Readonly<Record<string, unknown>>;
  const pools = postgresPoolsOf(driver, mode);
  return pools.length > 0 ? pools : [pool];
}

function postgresPoolsOf(driver: unknown, mode: ReplicationMode): readonly PostgresPool[] {
  const { master, slaves } = driver as Readonly<Record<string, unknown>>;
  const pools = mode === 'slave' ? slaves : [master];
  return Array.isArray(pools) && pools.every(isPostgresPool) ? pools : [];
}

function isPostgresPool(pool: unknown): pool is PostgresPool {
  return typeof pool === 'object' && pool !== null && 'totalCount' in pool && 'idleCount' in pool;
}

function countPostgres({ options, totalCount, idleCount, waitingCount }: PostgresPool): PoolCounts {
  return { max: options?.max, open: totalCount, idle: idleCount, waiting: waitingCount };
}

/** The pool has no public counts, so this reads the lists that every version of `mysql2` has had. */
function countMysql(pool: unknown): PoolCounts | undefined {
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

/** A data source has a pool for each of its replicas. */
function sum(pools: readonly PoolCounts[]): PoolCounts {
  const total = (count: (pool: PoolCounts) => number | undefined): number =>
    pools.reduce((sofar, pool) => sofar + (count(pool) ?? 0), 0);
  return {
    max: total(({ max }) => max),
    open: total(({ open }) => open),
    idle: total(({ idle }) => idle),
    waiting: total(({ waiting }) => waiting),
  };
}
