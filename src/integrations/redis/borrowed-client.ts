import { elapsed } from '../../core/moment.js';
import { notConnected } from '../../clients/not-connected.js';
import { type PoolCapacity, untilCapacity } from '../../clients/pool-capacity.js';
import type { NodeRedisServer } from '../../clients/redis/node-redis.js';
import type { RedisPool } from './redis-client.js';

/** The clients that a pool connects because of pings, since the last ping that had a connection. */
interface Connecting {
  readonly count: number;
  /** Monotonic milliseconds of the latest one, or of the first ping without a connection. */
  readonly since: number;
}

/** The maximum size of a pool is not public, so this limit is fixed. */
const MOST_CONNECTING = 2;
/** Milliseconds between two pings that may cause the pool to connect a client. */
const PAUSE = 10_000;

const connecting = new WeakMap<RedisPool, Connecting>();

export function capacityOf(pool: RedisPool): PoolCapacity {
  if (pool.idleClients > 0) return 'free';
  return !connecting.has(pool) || mayConnect(pool) ? 'some' : 'none';
}

/**
 * Runs a task on a client of the pool that has a connection. A pool without an idle client connects another one, which
 * stays in the pool after the ping has timed out, connected or not. So the number of such pings is limited. `unconnected` is the number of idle clients before this one that have no connection.
 */
export async function withClient<T>(
  pool: RedisPool,
  abandoned: AbortSignal,
  task: (client: NodeRedisServer, unconnected: number) => Promise<T>,
): Promise<T> {
  await untilCapacity(() => capacityOf(pool), abandoned);
  const before = pool.idleClients > 0 ? Infinity : pool.totalClients;
  let isBorrowed = false;
  const done = borrow(pool, 0, (client, unconnected) => {
    isBorrowed = true;
    return task(client, unconnected);
  });
  // Without an idle client, the pool connects one unless it has the maximum.
  const isConnecting = pool.totalClients > before;
  try {
    return await done;
  } catch (error) {
    if (!isBorrowed && isConnecting) recordConnecting(pool);
    throw error;
  }
}

/**
 * A pool keeps a client that reconnects among its idle clients, for as long as its reconnection takes. If a
 * server accepts the connection and never responds, that takes forever, while the other clients work. So an idle client
 * without a connection is kept out of the pool meanwhile, and the next one is used.
 */
function borrow<T>(
  pool: RedisPool,
  unconnected: number,
  task: (client: NodeRedisServer, unconnected: number) => Promise<T>,
): Promise<T> {
  // The task must be async: a pool loses a client whose task throws before it returns a promise.
  return pool.execute(async (client) => {
    if (client.isReady) {
      connecting.delete(pool);
      return task(client, unconnected);
    }
    if (pool.idleClients > 0) return borrow(pool, unconnected + 1, task);
    connectAnother(pool);
    throw notConnected(client.isOpen ? 'connecting' : 'closed');
  });
}

/** Makes the pool connect another client, if its clients have had no connection for some time. */
function connectAnother(pool: RedisPool): void {
  if (!connecting.has(pool)) {
    connecting.set(pool, { count: 0, since: elapsed() });
    return;
  }
  if (!mayConnect(pool)) return;
  recordConnecting(pool);
  // A task for which no client is idle makes the pool connect one. The pool rejects the task when it has no room.
  pool.execute(async () => undefined).catch(() => undefined);
}

function mayConnect(pool: RedisPool): boolean {
  const { count, since } = connecting.get(pool) ?? { count: 0, since: -Infinity };
  return count < MOST_CONNECTING && elapsed() - since >= PAUSE;
}

function recordConnecting(pool: RedisPool): void {
  connecting.set(pool, { count: (connecting.get(pool)?.count ?? 0) + 1, since: elapsed() });
}
