import { HealthStatus, isFailing } from '../../core/status.js';
import type { IndicatorResult } from './indicator-results.js';

/** Milliseconds: a breaker that opens again sooner after an early try has shown that the check knows less than it does. */
const CALM = 60_000;

/**
 * When an open breaker should let calls through before its own time, because its dependency is seen back. A check can
 * pass while the calls still fail, so a try in vain is not repeated: the breaker is left to its own timing then, until
 * the dependency was seen failing, or all has been quiet for a while. All times are monotonic milliseconds.
 */
export class EarlyAttempts {
  #openSince: number | undefined;
  #triedAt = -Infinity;
  #isAllowed = false;

  opened(now: number): void {
    this.#openSince = now;
    this.#isAllowed = now - this.#triedAt >= CALM;
  }

  noLongerOpen(): void {
    this.#openSince = undefined;
  }

  /** Whether the result of a check of the dependency calls for a try now. If it does, that try is taken to be made. */
  isDueAfter({ status, began }: IndicatorResult, now: number): boolean {
    if (this.#openSince === undefined) return false;
    if (isFailing(status)) this.#isAllowed = true;
    // A check from before says nothing about what has made the breaker open.
    if (status !== HealthStatus.UP || began < this.#openSince || !this.#isAllowed) return false;
    this.#triedAt = now;
    this.#isAllowed = false;
    return true;
  }
}
