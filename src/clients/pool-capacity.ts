import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolCounts } from './pool-data.js';

/**
 * The capacity of a pool for another call while an earlier call has not ended. `free`: an open, idle connection. `some`: a
 * connection that the pool would have to open. `none`: the remaining connections are for the application.
 */
export type PoolCapacity = 'free' | 'some' | 'none';

/** Milliseconds between two reads of the counts of a pool without capacity. */
const INTERVAL = 50;

/** Checks may occupy at most half of a pool. A pool without counts has no capacity. */
export function capacityFrom(counts: PoolCounts | undefined): PoolCapacity {
  if (!counts) return 'none';
  if (counts.idle > 0) return 'free';
  return counts.max !== undefined && counts.open + 1 <= counts.max / 2 ? 'some' : 'none';
}

/** Resolves when the pool has capacity for a call. Rejects when the signal is aborted. */
export async function untilCapacity(capacity: () => PoolCapacity, signal: AbortSignal): Promise<void> {
  while (capacity() === 'none') await sleep(INTERVAL, undefined, { signal, ref: false });
}
