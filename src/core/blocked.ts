import { type Outcome, passes } from './outcome.js';
import { HealthStatus } from './status.js';

/** How long the event loop was blocked by a check, or until the check finished. Milliseconds. */
export interface Blocked {
  /** Between the call of the check and its return. The check itself has blocked the loop. */
  readonly bySelf: number;
  /** Until the callback in which the check finished. The check, or other code that ran just before, has blocked the loop. */
  readonly untilFinish: number;
}

/**
 * The outcome of a check that blocked the event loop for longer than its own timeout is not UP, even if the check returned
 * UP. It is DOWN when the check is certainly the cause. It is DEGRADED when other code may be the cause, because other code
 * must not take the instance out of rotation.
 */
export function outcomeWhenBlocked(outcome: Outcome, { bySelf, untilFinish }: Blocked, timeout: number): Outcome {
  if (!passes(outcome) || outcome.status === HealthStatus.SKIPPED) return outcome;
  if (bySelf > timeout) {
    return {
      status: HealthStatus.DOWN,
      error: `blocked the event loop for ${Math.round(bySelf)} ms, longer than its timeout of ${timeout} ms`,
      code: 'ETIMEDOUT',
      isTimeout: true,
      isLocal: true,
    };
  }
  if (untilFinish <= timeout || outcome.status !== HealthStatus.UP) return outcome;
  return {
    ...outcome,
    status: HealthStatus.DEGRADED,
    message: `the event loop was blocked for ${Math.round(untilFinish)} ms until this check finished, longer than its timeout of ${timeout} ms`,
    isLocal: true,
  };
}
