import { HealthStatus, isFailing } from '../../core/status.js';
import type { IndicatorResult } from './indicator-results.js';

/** Milliseconds. If the breaker opens again sooner after an early closing, the check does not detect the fault. */
const SHORTEST_CLOSING = 60_000;

/**
 * Decides when an open breaker is closed early, because its dependency is UP again. A check can pass while the calls
 * still fail. So a breaker that opens again within a minute after an early closing is closed early only after a failing
 * check of the dependency. All times are monotonic milliseconds.
 */
export class EarlyClosing {
  #openSince: number | undefined;
  #closedAt = -Infinity;
  #isAllowed = false;

  opened(now: number): void {
    this.#openSince = now;
    this.#isAllowed = now - this.#closedAt >= SHORTEST_CLOSING;
  }

  noLongerOpen(): void {
    this.#openSince = undefined;
  }

  /** Whether to close the breaker now, after this result of the dependency. If true, the closing counts as done. */
  shouldClose({ status, began }: IndicatorResult, now: number): boolean {
    if (this.#openSince === undefined) return false;
    if (isFailing(status)) this.#isAllowed = true;
    // A check that began before the breaker opened does not show whether the fault is over.
    if (status !== HealthStatus.UP || began < this.#openSince || !this.#isAllowed) return false;
    this.#closedAt = now;
    this.#isAllowed = false;
    return true;
  }
}
