import { type HealthData, type HealthResult, degraded, up } from '../core/result.js';

/** The state of a pool of connections, as its driver counts it. What a driver does not tell is left out. */
export interface PoolCounts {
  /** The most connections that it opens. */
  readonly max?: number | undefined;
  /** How many are open. */
  readonly open: number;
  readonly idle: number;
  /** How many callers wait for one. */
  readonly waiting?: number | undefined;
}

/** The counts of a pool by the names that all integrations report them under. */
export function poolData({ max, open, idle, waiting }: PoolCounts): HealthData {
  return {
    ...(max !== undefined && { pool_max: max }),
    pool_open: open,
    pool_used: open - idle,
    pool_idle: idle,
    ...(waiting !== undefined && { pool_waiting: waiting }),
  };
}

/** What is wrong with a pool that more callers wait for than `maxWaiting`; undefined if nothing is. */
export function saturation(counts: PoolCounts | undefined, maxWaiting: number | undefined): string | undefined {
  const waiting = counts?.waiting ?? 0;
  if (maxWaiting === undefined || waiting <= maxWaiting) return undefined;
  return `${waiting} callers wait for a connection, more than ${maxWaiting}`;
}

/** The result of a check that got its answer: the counts from before it had asked tell who else was waiting. */
export function poolResult(before: PoolCounts, after: PoolCounts, maxWaiting: number | undefined): HealthResult {
  const problem = saturation(before, maxWaiting);
  return problem === undefined ? up(poolData(after)) : degraded(problem, poolData(before));
}
