import { HealthStatus, isFailing } from '../../core/status.js';
import type { IndicatorResult } from './indicator-results.js';

/** Milliseconds. A breaker that opens again sooner after an early attempt shows that the check does not see the fault. */
const CALM = 60_000;

/**
 * Decides when an open breaker is closed early, because its dependency is UP again. A check can pass while the calls
 * still fail, so a failed early attempt is not repeated at once: the next one needs a failing check of the dependency, or
 * a minute without an early attempt. All times are monotonic milliseconds.
 */
export class EarlyAttempts {
  #openSince: number | undefined;
  #attemptedAt = -Infinity;
  #isAllowed = false;

  opened(now: number): void {
    this.#openSince = now;
    this.#isAllowed = now - this.#attemptedAt >= CALM;
  }

  noLongerOpen(): void {
    this.#openSince = undefined;
  }

  /** Whether this result of the dependency calls for an attempt now. If so, the attempt counts as made. */
  isDueAfter({ status, began }: IndicatorResult, now: number): boolean {
    if (this.#openSince === undefined) return false;
    if (isFailing(status)) this.#isAllowed = true;
    // A check that began before the breaker opened does not show whether the fault is over.
    if (status !== HealthStatus.UP || began < this.#openSince || !this.#isAllowed) return false;
    this.#attemptedAt = now;
    this.#isAllowed = false;
    return true;
  }
}
