import { type PoolCounts, poolData, saturation } from '../../clients/pool-data.js';
import { type HealthResult, degraded } from '../../core/result.js';

/** Adds the state of the pool to the result for the server. Without counts, the client has no pool. */
export function withPoolData(
  result: HealthResult,
  before: PoolCounts | undefined,
  after: PoolCounts | undefined,
  maxWaiting: number | undefined,
): HealthResult {
  const problem = saturation(before, maxWaiting);
  const counts = problem === undefined ? after : before;
  const data = counts ? { ...poolData(counts), ...result.data } : result.data;
  if (problem === undefined || result.status === 'DOWN') return { ...result, ...(data && { data }) };
  return degraded(result.message === undefined ? problem : `${result.message}; ${problem}`, data);
}
