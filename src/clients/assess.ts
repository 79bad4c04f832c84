import { type HealthData, type HealthResult, degraded, up } from '../core/result.js';

/** DEGRADED with all problems in one message, or UP if there are none. `undefined` and `false` are ignored. */
export function assess(problems: readonly (string | undefined | false)[], data?: HealthData): HealthResult {
  const found = problems.filter((problem) => typeof problem === 'string');
  return found.length > 0 ? degraded(found.join('; '), data) : up(data);
}
