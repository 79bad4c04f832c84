import type { Connection, Pool } from 'mysql2';
import type { Connection as PromiseConnection, Pool as PromisePool } from 'mysql2/promise';
import { hasMethods } from '../../core/has-methods.js';

/** A pool or a connection of `mysql2`, with callbacks or with promises. */
export type Mysql2Client = Pool | Connection | PromisePool | PromiseConnection;

/** The used part of a pool. */
export interface CorePool {
  getConnection(callback: (error: unknown, connection: BorrowedConnection) => void): void;
}

/** The used part of a connection. */
export interface CoreConnection {
  ping(callback: (error: unknown) => void): void;
}

/** A connection that was taken from the pool. */
export interface BorrowedConnection extends CoreConnection {
  release(): void;
  destroy(): void;
  readonly stream?: { destroy(): void };
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
}

export function isMysql2Client(candidate: unknown): candidate is Mysql2Client {
  return (
    hasMethods(candidate, 'query', 'execute') &&
    (hasMethods(candidate, 'getConnection') || hasMethods(candidate, 'ping'))
  );
}

/** The object with callbacks inside an object with promises. */
export function coreOf(client: Mysql2Client): CorePool | CoreConnection {
  const { pool, connection } = client as { readonly pool?: CorePool; readonly connection?: CoreConnection };
  return pool ?? connection ?? client;
}

export function isPool(core: CorePool | CoreConnection): core is CorePool {
  return 'getConnection' in core;
}
