import { elapsed } from '../../core/moment.js';
import { type PoolRoom, untilRoom } from '../../clients/pool-room.js';
import type { RedisPool, RedisServerClient } from './redis-client.js';

/** The clients that a pool still connects for pings that have timed out. */
interface LeftBehind {
  readonly count: number;
  /** Monotonic milliseconds. */
  readonly since: number;
}

/** The maximum size of a pool is not public, so this limit is fixed. */
const MOST_LEFT_BEHIND = 2;
/** Milliseconds between two pings that may leave a client behind. */
const PAUSE = 10_000;

const leftBehind = new WeakMap<RedisPool, LeftBehind>();

export function roomOf(pool: RedisPool): PoolRoom {
  if (pool.idleClients > 0) return 'free';
  const left = leftBehind.get(pool);
  if (!left) return 'some';
  return left.count < MOST_LEFT_BEHIND && elapsed() - left.since >= PAUSE ? 'some' : 'none';
}

/**
 * Runs a task on a client of the pool. A pool without an idle client connects another one, which stays in the pool after
 * the ping has timed out, connected or not. So the number of pings that may cause that is limited.
 */
export async function withClient<T>(
  pool: RedisPool,
  abandoned: AbortSignal,
  task: (client: RedisServerClient) => Promise<T>,
): Promise<T> {
  await untilRoom(() => roomOf(pool), abandoned);
  const before = pool.totalClients;
  let isLent = false;
  // The task must be async: a pool loses a client whose task throws before it returns a promise.
  const done = pool.execute(async (client) => {
    isLent = true;
    leftBehind.delete(pool);
    return task(client);
  });
  const isConnecting = pool.totalClients > before;
  try {
    return await done;
  } catch (error) {
    if (!isLent && isConnecting) {
      leftBehind.set(pool, { count: (leftBehind.get(pool)?.count ?? 0) + 1, since: elapsed() });
    }
    throw error;
  }
}
