import type { PoolCounts } from '../../clients/pool-data.js';
import type { PoolRoom } from '../../clients/pool-room.js';

/** What is used of a `Sequelize`, and shown by its types. */
export interface SequelizeClient {
  authenticate(options?: { readonly logging?: false }): Promise<unknown>;
  getDialect(): string;
}

/** What lends connections, which Sequelize has a place for but no types. */
export interface ConnectionManager {
  getConnection(options: { readonly type: string; readonly useMaster: boolean }): Promise<object>;
  releaseConnection(connection: object): unknown;
  destroyConnection(connection: object): Promise<unknown>;
  readonly pool?: unknown;
}

export function isSequelize(candidate: unknown): candidate is SequelizeClient {
  return has(candidate, 'authenticate') && has(candidate, 'getDialect');
}

/** Undefined: a version that lends its connections otherwise. */
export function managerOf(client: SequelizeClient): ConnectionManager | undefined {
  const { connectionManager: manager } = client as { readonly connectionManager?: unknown };
  const lends = has(manager, 'getConnection') && has(manager, 'releaseConnection') && has(manager, 'destroyConnection');
  return lends ? (manager as ConnectionManager) : undefined;
}

/** How the pool stands; with replication, that of the server for writes. */
export function countsOf(client: SequelizeClient): PoolCounts | undefined {
  const pool = poolOf(client);
  return pool && { max: pool.maxSize, open: pool.size, idle: pool.available, waiting: pool.waiting };
}

/** The room for a ping, whose request may time out and leave a connection behind that does not open. */
export function roomOf(client: SequelizeClient): PoolRoom {
  const pool = poolOf(client);
  if (!pool) return 'some';
  const { maxSize, size, available, using } = pool;
  if (available > 0) return 'free';
  const opening = size - available - using;
  // A request to a pool that is full opens nothing. Of any other, one connection is left to the application.
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

function has(candidate: unknown, method: string): boolean {
  return typeof candidate === 'object' && candidate !== null && typeof Reflect.get(candidate, method) === 'function';
}
