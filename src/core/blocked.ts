import { type Outcome, passes } from './outcome.js';
import { HealthStatus } from './status.js';

/** How long the event loop was blocked by a check, or while it finished. Milliseconds. */
export interface Blocked {
  /** Between the call of the check and its return: certainly by the check itself. */
  readonly bySelf: number;
  /** Until the very callback in which the check finished: by the check, or by other code that ran just before. */
  readonly untilFinish: number;
}

/**
 * A check that blocked the event loop for longer than its own timeout is not UP, even if it then says so. It is DOWN when
 * it certainly was the check. It is DEGRADED when other code may have been the cause, because that must not take the
 * instance out of rotation.
 */
export function blameForBlocking(outcome: Outcome, { bySelf, untilFinish }: Blocked, timeout: number): Outcome {
  if (!passes(outcome) || outcome.status === HealthStatus.SKIPPED) return outcome;
  if (bySelf > timeout) {
    return {
      status: HealthStatus.DOWN,
      error: `blocked the event loop for ${Math.round(bySelf)} ms, longer than its timeout of ${timeout} ms`,
      code: 'ETIMEDOUT',
      isTimeout: true,
    };
  }
  if (untilFinish <= timeout || outcome.status !== HealthStatus.UP) return outcome;
  return {
    ...outcome,
    status: HealthStatus.DEGRADED,
    message: `the event loop was blocked for ${Math.round(untilFinish)} ms until this check finished, longer than its timeout of ${timeout} ms`,
  };
}
