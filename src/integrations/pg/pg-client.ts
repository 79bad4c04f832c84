import type { PoolCounts } from '../../clients/pool-data.js';

/** What is used of a connection of `pg`. */
export interface PgConnection {
  query(text: string): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  /** Absent in the native flavour. */
  readonly connection?: { readonly stream: { destroy(): unknown } };
}

/** What is used of a `Client` of `pg`: the application's one connection, which is not opened anew when it has ended. */
export type PgClient = Pick<PgConnection, 'query'>;

/** What is used of a `Pool` of `pg`. */
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
  if (typeof candidate !== 'object' || candidate === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(candidate, method) === 'function';
  return has('query') && has('connect') && has('end');
}

export function countsOf({ options, totalCount, idleCount, waitingCount }: PgPool): PoolCounts {
  return { max: options?.max, open: totalCount, idle: idleCount, waiting: waitingCount };
}
