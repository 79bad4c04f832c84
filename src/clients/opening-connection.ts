/**
 * Milliseconds that a connection may go on opening after the check that needs it has timed out: one that is only slow is
 * in the pool after that, and serves the next check.
 */
const GRACE = 5000;

/** What is used of a connection of `pg` or `mysql2` that is being opened. */
interface OpeningConnection {
  /** `pg` */
  readonly connection?: { readonly stream?: { destroy(): unknown } };
  /** `mysql2` */
  destroy?(): unknown;
  readonly stream?: { destroy(): unknown };
}

/**
 * Takes a connection from a pool of `pg` or `mysql2`, by calling `take`. A caller that gives up waiting leaves nothing
 * behind: a connection that the pool is opening for it, and that does not open within a few seconds, is destroyed, so
 * that the pool can open another one in its place; a request that waits in the pool's queue is withdrawn from it. A
 * server that accepts a connection and never answers would otherwise keep both for ever.
 *
 * No pool has a method for that, so the lists that its own timeouts work on are read. In a pool without these lists,
 * the connection is waited for.
 *
 * @param pools The pool, or all of which `take` may choose one.
 * @param late Called with the connection if it comes after the rejection.
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
    const onAbort = (): void => {
      // As the application stops, its pool is about to wait for the connection.
      if (queued !== undefined || isShutdown(abandoned.reason)) giveUp();
      else timer = setTimeout(giveUp, GRACE).unref();
    };
    abandoned.addEventListener('abort', onAbort, { once: true });
    const settled = (): void => {
      clearTimeout(timer);
      abandoned.removeEventListener('abort', onAbort);
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

/** The pool of `mysql2` has queues of its own kind, which can be read by position. */
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

/** Returns whether there was a way to do that. */
function destroy(opening: OpeningConnection): boolean {
  const { connection, stream } = opening;
  // The pool of `pg` drops a connection whose socket is closed before it is open.
  connection?.stream?.destroy();
  // By itself, `mysql2` says goodbye and waits for the server to hang up.
  opening.destroy?.();
  stream?.destroy();
  return connection?.stream !== undefined || stream !== undefined;
}
