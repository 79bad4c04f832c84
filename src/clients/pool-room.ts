import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolCounts } from './pool-data.js';

/**
 * What a further call may take from a pool while an earlier call has not ended. `free`: an open, idle connection.
 * `some`: a connection that the pool would have to open. `none`: nothing, to leave connections to the application.
 */
export type PoolRoom = 'free' | 'some' | 'none';

/** Milliseconds between two reads of the counts of a pool without room. */
const INTERVAL = 50;

/** Checks may occupy at most half of a pool. A pool without counts has no room. */
export function roomIn(counts: PoolCounts | undefined): PoolRoom {
  if (!counts) return 'none';
  if (counts.idle > 0) return 'free';
  return counts.max !== undefined && counts.open + 1 <= counts.max / 2 ? 'some' : 'none';
}

/** Resolves when the pool has room for a call. Rejects when the signal is aborted. */
export async function untilRoom(room: () => PoolRoom, signal: AbortSignal): Promise<void> {
  while (room() === 'none') await sleep(INTERVAL, undefined, { signal, ref: false });
}
