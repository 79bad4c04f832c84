import { type PoolCounts, poolData, saturation } from '../../clients/pool-data.js';
import { type HealthResult, degraded } from '../../core/result.js';

interface PoolState {
  /** Undefined for a client without a pool. */
  readonly before: PoolCounts | undefined;
  readonly after: PoolCounts | undefined;
  /** The number of idle clients without a connection. */
  readonly unconnected: number;
  readonly maxWaiting: number | undefined;
}

/** Adds the state of the pool to the result for the server. */
export function withPoolData(
  result: HealthResult,
  { before, after, unconnected, maxWaiting }: PoolState,
): HealthResult {
  const waiting = saturation(before, maxWaiting);
  const problems = [waiting, unconnected > 0 ? withoutConnection(unconnected) : undefined].filter(isText);
  const counts = waiting === undefined ? after : before;
  const data = counts ? { ...poolData(counts), ...result.data } : result.data;
  if (problems.length === 0 || result.status === 'DOWN') return { ...result, ...(data && { data }) };
  const messages = [result.message, ...problems].filter(isText);
  return degraded(messages.join('; '), data);
}

/** A command of the application that gets such a client waits until it is connected. */
function withoutConnection(clients: number): string {
  return clients === 1 ? 'a client of the pool has no connection' : `${clients} clients of the pool have no connection`;
}

const isText = (text: string | undefined): text is string => text !== undefined;
