import type { Connection, Pool } from 'mysql2';
import type { Connection as PromiseConnection, Pool as PromisePool } from 'mysql2/promise';
import type { PoolCounts } from '../../clients/pool-data.js';

/** A pool or a connection of `mysql2`, of either flavour. */
export type Mysql2Client = Pool | Connection | PromisePool | PromiseConnection;

/** What is used of a pool. */
export interface CorePool {
  getConnection(callback: (error: unknown, connection: LentConnection) => void): void;
}

/** What is used of a connection. */
export interface CoreConnection {
  ping(callback: (error: unknown) => void): void;
}

/** A connection that the pool has lent out. */
export interface LentConnection extends CoreConnection {
  release(): void;
  destroy(): void;
  readonly stream?: { destroy(): void };
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
}

export function isMysql2Client(candidate: unknown): candidate is Mysql2Client {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(candidate, method) === 'function';
  return has('query') && has('execute') && (has('getConnection') || has('ping'));
}

/** What stands behind the flavour that returns promises. */
export function coreOf(client: Mysql2Client): CorePool | CoreConnection {
  const { pool, connection } = client as { readonly pool?: CorePool; readonly connection?: CoreConnection };
  return pool ?? connection ?? client;
}

export function isPool(core: CorePool | CoreConnection): core is CorePool {
  return 'getConnection' in core;
}

/** A pool counts nothing in public. These have been its names since there is one; should they change, the counts are left out. */
export function countsOf(pool: CorePool | CoreConnection): PoolCounts | undefined {
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
