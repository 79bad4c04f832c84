import { hasMethods } from '../../core/has-methods.js';
import { pgPoolCounts } from '../../clients/pg-pool.js';
import type { PoolCounts } from '../../clients/pool-data.js';

/** The used part of a connection of `pg`. */
export interface PgConnection {
  query(text: string): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  /** Absent with `pg-native`. */
  readonly connection?: { readonly stream: { destroy(): unknown } };
}

/** The used part of a `Client` of `pg`: one connection, which `pg` does not reopen when it ends. */
export type PgClient = Pick<PgConnection, 'query'>;

/** The used part of a `Pool` of `pg`. */
export interface PgPool {
  connect(): Promise<PgConnection & { release(error?: Error | boolean): void }>;
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options?: { readonly max?: number | undefined };
}

export function isPool(client: PgPool | PgClient): client is PgPool {
  return 'totalCount' in client;
}

export function isPgClient(candidate: unknown): candidate is PgPool | PgClient {
  return hasMethods(candidate, 'query', 'connect', 'end');
}

/** Undefined for a `Client`. */
export function countsOf(client: PgPool | PgClient): PoolCounts | undefined {
  return isPool(client) ? pgPoolCounts(client) : undefined;
}
