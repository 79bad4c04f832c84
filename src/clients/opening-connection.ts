import { onAbort } from '../core/async.js';

/**
 * Milliseconds that a connection may continue to open after the check that needs it has timed out. A slow connection is
 * in the pool after that, and serves the next check.
 */
const GRACE = 5000;

/** The used part of a connection of `pg` or `mysql2` that is being opened. */
interface OpeningConnection {
  /** `pg` */
  readonly connection?: { readonly stream?: { destroy(): unknown } };
  /** `mysql2` */
  destroy?(): unknown;
  readonly stream?: { destroy(): unknown };
}

/**
 * Takes a connection from a pool of `pg` or `mysql2`, by calling `take`. When `abandoned` is aborted, a request in the
 * queue of the pool is removed. A connection that does not open within a few seconds after that is destroyed, so that the
 * pool can open another one in its place. Otherwise a server that accepts connections and never responds would occupy
 * both forever.
 *
 * No pool has a method for that, so this reads internal lists of the pool, which the pool's own timeouts use too. In a
 * pool without these lists, the caller waits for the connection.
 *
 * @param pools The pools from which `take` may choose.
 * @param late Called with the connection if it opens after the rejection.
 */
export function takeConnection<T>(
  pools: readonly unknown[],
  abandoned: AbortSignal,
  take: () => Promise<T>,
  late: (connection: T) => void,
): Promise<T> {
  const openBefore = new Set(pools.flatMap(connectionsOf));
  const queuedBefore = new Set(pools.flatMap(queueOf));
  const taken = take();
  const opening = pools.flatMap(connectionsOf).find((connection) => !openBefore.has(connection));
  const queued = pools.flatMap(queueOf).find((request) => !queuedBefore.has(request));

  return new Promise<T>((resolve, reject) => {
    let isGivenUp = false;
    let timer: NodeJS.Timeout | undefined;
    const giveUp = (): void => {
      if (!(opening ? destroy(opening) : pools.some((pool) => withdraw(pool, queued)))) return;
      isGivenUp = true;
      reject(abandoned.reason);
    };
    const removeListener = onAbort(abandoned, () => {
      // When the application stops, its pool waits for all connections that are opening.
      if (queued !== undefined || isShutdown(abandoned.reason)) giveUp();
      else timer = setTimeout(giveUp, GRACE).unref();
    });
    const settled = (): void => {
      clearTimeout(timer);
      removeListener();
    };
    taken.then(
      (connection) => {
        settled();
        if (isGivenUp) late(connection);
        else resolve(connection);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
}

function isShutdown(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'AbortError';
}

function connectionsOf(pool: unknown): readonly OpeningConnection[] {
  return (listOf(pool, '_clients') ?? listOf(pool, '_allConnections') ?? []) as readonly OpeningConnection[];
}

function queueOf(pool: unknown): readonly unknown[] {
  return listOf(pool, '_pendingQueue') ?? [];
}

/** The queues of `mysql2` are not arrays: they are read by index. */
function listOf(pool: unknown, name: string): readonly unknown[] | undefined {
  if (typeof pool !== 'object' || pool === null) return undefined;
  const list: unknown = Reflect.get(pool, name);
  if (Array.isArray(list)) return list;
  if (typeof list !== 'object' || list === null || !('length' in list) || !('get' in list)) return undefined;
  const queue = list as { readonly length: number; get(index: number): unknown };
  return Array.from({ length: queue.length }, (_nothing, index) => queue.get(index));
}

/** Returns whether the request was still in the queue. */
function withdraw(pool: unknown, request: unknown): boolean {
  const queue = Reflect.get(pool as object, '_pendingQueue') as unknown[] | undefined;
  const position = queue?.indexOf(request) ?? -1;
  if (position < 0) return false;
  queue?.splice(position, 1);
  return true;
}

/** Returns whether the connection could be destroyed. */
function destroy(opening: OpeningConnection): boolean {
  const { connection, stream } = opening;
  // The pool of `pg` removes a connection whose socket closes before it is open.
  connection?.stream?.destroy();
  // `destroy()` of `mysql2` waits until the server closes the connection, so the socket is destroyed too.
  opening.destroy?.();
  stream?.destroy();
  return connection?.stream !== undefined || stream !== undefined;
}
