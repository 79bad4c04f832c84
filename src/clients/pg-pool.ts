import { onAbort } from '../core/async.js';
import type { CodePattern } from './error-codes.js';
import { hasMethods } from '../core/has-methods.js';
import { takeConnection } from './opening-connection.js';
import type { PoolCounts } from './pool-data.js';

/** A connection that was taken from a pool of `pg`. */
interface BorrowedPgConnection {
  release(failure?: Error): void;
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
  /** Absent with `pg-native`. */
  readonly connection?: { readonly stream: { destroy(): unknown } };
}

/** The used part of a connection of `pg`. */
export interface PgPoolConnection extends BorrowedPgConnection {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** The counts that a pool of `pg` has. */
interface CountedPgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options?: { readonly max?: number | undefined };
}

/** The used part of a pool of `pg` inside another client. */
export interface InnerPgPool extends CountedPgPool {
  connect(): Promise<PgPoolConnection>;
  listenerCount?(event: 'error'): number;
}

export function isPgPool(client: unknown): client is InnerPgPool {
  return hasMethods(client, 'connect') && 'totalCount' in client && 'idleCount' in client && 'waitingCount' in client;
}

export function pgPoolCounts({ options, totalCount, idleCount, waitingCount }: CountedPgPool): PoolCounts {
  return { max: options?.max, open: totalCount, idle: idleCount, waiting: waitingCount };
}

/** Some failures of `pg` have a message and no code. */
export const PG_CODES: readonly CodePattern[] = [
  [/^Connection terminated due to connection timeout|^timeout exceeded when trying to connect/, 'ETIMEDOUT'],
  [/^Connection terminated|^Client has encountered a connection error/, 'ECONNRESET'],
];

/** Runs work with one connection of the pool. When the signal is aborted, the connection is destroyed. */
export async function withPgConnection<Connection extends BorrowedPgConnection, T>(
  pool: { connect(): Promise<Connection> },
  abandoned: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await takeConnection(
    [pool],
    abandoned,
    () => pool.connect(),
    (late) => late.release(),
  );
  if (abandoned.aborted) {
    connection.release();
    throw abandoned.reason;
  }
  const ignore = (): void => undefined;
  // The pool has no error listener on a borrowed connection. An error event without a listener ends the process.
  connection.on('error', ignore);
  const removeListener = onAbort(abandoned, () => void connection.connection?.stream.destroy());
  let failure: Error | undefined;
  try {
    return await work(connection);
  } catch (error) {
    failure = error instanceof Error ? error : new Error('the query failed', { cause: error });
    throw failure;
  } finally {
    removeListener();
    // With an error, the pool closes the connection instead of reusing it.
    connection.release(failure);
    connection.off('error', ignore);
  }
}
