import type { DataSource, QueryRunner } from 'typeorm';
import { takeConnection } from '../../clients/opening-connection.js';
import { onAbort } from '../../core/async.js';
import { type ReplicationMode, poolsOf } from './pool.js';

/** A connection of the drivers that can be cancelled. */
interface DriverConnection {
  /** `mysql2`: removes the connection from its pool, and ends the socket when the server does. */
  destroy?(): void;
  readonly stream?: { destroy(): void };
  /** `pg` */
  readonly connection?: { readonly stream?: { destroy(): void } };
}

/**
 * Runs work with one connection of the data source's pool. When the signal is aborted, the connection is destroyed, and
 * the pool opens another one when it needs it. With a driver that cannot destroy a connection, the work runs to its end.
 * In all cases the pool gets its connection back, or can open another one.
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
    return await new Promise<T>((resolve, reject) => {
      const removeListener = onAbort(signal, () => {
        if (cancel(connection)) reject(signal.reason);
      });
      void work(runner).then(resolve, reject).finally(removeListener);
    });
  } finally {
    await runner.release();
  }
}

/** Destroys the connection. Returns true if the work never ends after that, so that the caller must not wait for it. */
function cancel(connection: unknown): boolean {
  if (typeof connection !== 'object' || connection === null) return false;
  const borrowed = connection as DriverConnection;
  // The query fails, as if the server had closed the connection, and the query runner removes it from the pool.
  borrowed.connection?.stream?.destroy();
  if (!borrowed.destroy || !borrowed.stream) return false;
  // `mysql2` removes the connection itself, and never calls back for the query.
  borrowed.destroy();
  borrowed.stream.destroy();
  return true;
}
