import type { DataSource, QueryRunner } from 'typeorm';
import { takeConnection } from '../../clients/opening-connection.js';
import { type ReplicationMode, poolsOf } from './pool.js';

/** What the drivers that can be cancelled hand out. */
interface DriverConnection {
  /** `mysql2`: takes the connection out of its pool, and ends the socket as soon as the server does. */
  destroy?(): void;
  readonly stream?: { destroy(): void };
  /** `pg` */
  readonly connection?: { readonly stream?: { destroy(): void } };
}

/**
 * Lends one connection of the data source's pool for some work. When the signal is aborted, the connection is destroyed
 * where the driver can do that, and the pool opens another one when it needs it; with the other drivers the work goes on
 * to its end. In no case is a connection kept from the application that nobody waits for.
 */
export async function withConnection<T>(
  dataSource: DataSource,
  mode: ReplicationMode,
  signal: AbortSignal,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner(mode);
  try {
    const connection: unknown = await takeConnection(
      poolsOf(dataSource, mode),
      signal,
      () => runner.connect() as Promise<unknown>,
      () => void runner.release(),
    );
    signal.throwIfAborted();
    const cancelled = whenCancelled(connection, signal);
    try {
      return await Promise.race([work(runner), cancelled.promise]);
    } finally {
      cancelled.release();
    }
  } finally {
    await runner.release();
  }
}

function whenCancelled(connection: unknown, signal: AbortSignal): { promise: Promise<never>; release: () => void } {
  let onAbort = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      if (cancel(connection)) reject(signal.reason);
    };
  });
  signal.addEventListener('abort', onAbort, { once: true });
  return { promise, release: () => signal.removeEventListener('abort', onAbort) };
}

/** Returns whether the work will not hear of it, and has to be left to itself. */
function cancel(connection: unknown): boolean {
  if (typeof connection !== 'object' || connection === null) return false;
  const lent = connection as DriverConnection;
  // The query fails as it does when the server goes away, and the query runner has the pool drop the connection.
  lent.connection?.stream?.destroy();
  if (!lent.destroy || !lent.stream) return false;
  // `mysql2` drops the connection itself, and never calls back for the query.
  lent.destroy();
  lent.stream.destroy();
  return true;
}
