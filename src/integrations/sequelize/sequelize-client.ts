import { hasMethods } from '../../core/has-methods.js';
import type { PoolCounts } from '../../clients/pool-data.js';
import type { PoolCapacity } from '../../clients/pool-capacity.js';

/** The used part of a `Sequelize` that its types declare. */
export interface SequelizeClient {
  authenticate(options?: { readonly logging?: false }): Promise<unknown>;
  getDialect(): string;
}

/** The connection manager of Sequelize, which its types do not declare. */
export interface ConnectionManager {
  getConnection(options: { readonly type: string; readonly useMaster: boolean }): Promise<object>;
  releaseConnection(connection: object): unknown;
  destroyConnection(connection: object): Promise<unknown>;
  readonly pool?: unknown;
}

export function isSequelize(candidate: unknown): candidate is SequelizeClient {
  return hasMethods(candidate, 'authenticate', 'getDialect');
}

/** Undefined for a version of Sequelize without these methods. */
export function managerOf(client: SequelizeClient): ConnectionManager | undefined {
  const { connectionManager: manager } = client as { readonly connectionManager?: unknown };
  return hasMethods(manager, 'getConnection', 'releaseConnection', 'destroyConnection')
    ? (manager as ConnectionManager)
    : undefined;
}

/** The counts of the pool; with replication, of the pool for writes. */
export function countsOf(client: SequelizeClient): PoolCounts | undefined {
  const pool = poolOf(client);
  return pool && { max: pool.maxSize, open: pool.size, idle: pool.available, waiting: pool.waiting };
}

/** The capacity for a ping. A ping that times out may leave a connection in the pool that never opens. */
export function capacityOf(client: SequelizeClient): PoolCapacity {
  const pool = poolOf(client);
  if (!pool) return 'some';
  const { maxSize, size, available, using } = pool;
  if (available > 0) return 'free';
  const opening = size - available - using;
  // A full pool opens nothing for a request. In any other pool, one connection stays free for the application.
  return opening === 0 || size >= maxSize || opening + 1 < maxSize ? 'some' : 'none';
}

interface Pool {
  readonly maxSize: number;
  readonly size: number;
  readonly available: number;
  readonly using: number;
  readonly waiting: number;
}

function poolOf(client: SequelizeClient): Pool | undefined {
  const pool = managerOf(client)?.pool as { readonly write?: unknown } | undefined;
  const counted = pool?.write ?? pool;
  return isPool(counted) ? counted : undefined;
}

function isPool(pool: unknown): pool is Pool {
  if (typeof pool !== 'object' || pool === null) return false;
  return ['maxSize', 'size', 'available', 'using', 'waiting'].every(
    (count) => typeof Reflect.get(pool, count) === 'number',
  );
}
