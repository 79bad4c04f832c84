import type { HealthCheckContext } from '../core/check.js';
import { type HealthData, type HealthResult, degraded, up } from '../core/result.js';

/** The state of a connection pool. Counts that a driver does not provide are undefined. */
export interface PoolCounts {
  /** The largest number of connections that the pool opens. */
  readonly max?: number | undefined;
  readonly open: number;
  readonly idle: number;
  /** The number of callers that wait for a connection. */
  readonly waiting?: number | undefined;
}

/** The counts of a pool, with the same names in all integrations. */
export function poolData({ max, open, idle, waiting }: PoolCounts): HealthData {
  return {
    ...(max !== undefined && { pool_max: max }),
    pool_open: open,
    pool_used: open - idle,
    pool_idle: idle,
    ...(waiting !== undefined && { pool_waiting: waiting }),
  };
}

/** The problem of a pool for which more callers wait than `maxWaiting`; undefined if there is none. */
export function saturation(counts: PoolCounts | undefined, maxWaiting: number | undefined): string | undefined {
  const waiting = counts?.waiting ?? 0;
  if (maxWaiting === undefined || waiting <= maxWaiting) return undefined;
  return `${waiting} callers wait for a connection, more than ${maxWaiting}`;
}

/** A ping through a client that may be a pool. */
export interface PoolCheck {
  readonly ping: (signal: AbortSignal) => Promise<void>;
  /** Undefined if the client has no pool, or if its pool cannot be counted. */
  readonly counts: () => PoolCounts | undefined;
  readonly maxWaiting: number | undefined;
}

/** Pings the server and reports the pool. A check that times out reports the pool too. */
export async function checkPool(
  { signal, attach }: HealthCheckContext,
  { ping, counts, maxWaiting }: PoolCheck,
): Promise<HealthResult> {
  attach(() => {
    const current = counts();
    return current && poolData(current);
  });
  // Counted before the ping, which may have to wait for a connection itself.
  const before = counts();
  await ping(signal);
  const after = counts();
  return before && after ? poolResult(before, after, maxWaiting) : up();
}

/** The result of a successful ping: `before` shows the waiting callers, `after` the pool with the connection returned. */
export function poolResult(before: PoolCounts, after: PoolCounts, maxWaiting: number | undefined): HealthResult {
  const problem = saturation(before, maxWaiting);
  return problem === undefined ? up(poolData(after)) : degraded(problem, poolData(before));
}
