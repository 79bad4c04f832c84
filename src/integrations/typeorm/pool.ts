import type { DataSource } from 'typeorm';
import { mysqlPoolCounts } from '../../clients/mysql-pool.js';
import { type InnerPgPool, isPgPool, pgPoolCounts } from '../../clients/pg-pool.js';
import type { PoolCounts } from '../../clients/pool-data.js';

/** The server of a replicated data source, as TypeORM calls it. */
export type ReplicationMode = 'master' | 'slave';

/** The counts of the pool of a data source. Undefined for drivers other than `pg` and `mysql2`. */
export function poolOf({ driver }: DataSource, mode: ReplicationMode): PoolCounts | undefined {
  const { pool } = driver as unknown as Readonly<Record<string, unknown>>;
  const pools = postgresPoolsOf(driver, mode);
  return pools.length > 0 ? sum(pools.map(pgPoolCounts)) : mysqlPoolCounts(pool);
}

/** The pools from which a connection may come. */
export function poolsOf({ driver }: DataSource, mode: ReplicationMode): readonly unknown[] {
  const { pool } = driver as unknown as Readonly<Record<string, unknown>>;
  const pools = postgresPoolsOf(driver, mode);
  return pools.length > 0 ? pools : [pool];
}

function postgresPoolsOf(driver: unknown, mode: ReplicationMode): readonly InnerPgPool[] {
  const { master, slaves } = driver as Readonly<Record<string, unknown>>;
  const pools = mode === 'slave' ? slaves : [master];
  return Array.isArray(pools) && pools.every(isPgPool) ? pools : [];
}

/** A data source has a pool for each of its replicas. */
function sum(pools: readonly PoolCounts[]): PoolCounts {
  const total = (count: (pool: PoolCounts) => number | undefined): number =>
    pools.reduce((subtotal, pool) => subtotal + (count(pool) ?? 0), 0);
  return {
    max: total(({ max }) => max),
    open: total(({ open }) => open),
    idle: total(({ idle }) => idle),
    waiting: total(({ waiting }) => waiting),
  };
}
