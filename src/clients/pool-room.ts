import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolCounts } from './pool-data.js';

/**
 * What another call may take of a pool while an earlier one has not ended. `free`: a connection that is open and idle.
 * `some`: a connection that the pool would have to open. `none`: nothing, or the application would be left without.
 */
export type PoolRoom = 'free' | 'some' | 'none';

/** Milliseconds between two looks at a pool that has no room. */
const INTERVAL = 50;

/** Checks may keep no more than half of a pool. A pool that cannot be counted has no room. */
export function roomIn(counts: PoolCounts | undefined): PoolRoom {
  if (!counts) return 'none';
  if (counts.idle > 0) return 'free';
  return counts.max !== undefined && counts.open + 1 <= counts.max / 2 ? 'some' : 'none';
}

/** Resolves when the pool has room for a call. Rejects when the signal is aborted. */
export async function untilRoom(room: () => PoolRoom, signal: AbortSignal): Promise<void> {
  while (room() === 'none') await sleep(INTERVAL, undefined, { signal, ref: false });
}
