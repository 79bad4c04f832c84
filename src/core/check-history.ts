import type { Moment } from './moment.js';
import type { Outcome } from './outcome.js';
import { HealthStatus, isFailing } from './status.js';

/** One finished run. */
export interface CheckRun {
  readonly outcome: Outcome;
  readonly finished: Moment;
  /** Milliseconds. */
  readonly took: number;
}

/** The status of an indicator has changed. */
export interface StatusChange {
  readonly from: HealthStatus;
  readonly to: HealthStatus;
  readonly at: Moment;
  /** How long the previous status lasted, in milliseconds; on a recovery, the duration of the whole outage. Undefined for the first result. */
  readonly lasted: number | undefined;
  readonly run: CheckRun;
}

interface Thresholds {
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

/**
 * Derives the reported status of an indicator from the outcomes of its runs. Passing and failing runs form streaks. The
 * status changes between passing and failing only when a streak is long enough. The first result counts immediately,
 * because there is no earlier status.
 */
export class CheckHistory {
  /** The reported status. */
  status: HealthStatus = HealthStatus.UNKNOWN;
  /** When the streak began that led to the reported status: the first failure of an outage, not the failure that reached the threshold. */
  since: Moment | undefined;
  latest: CheckRun | undefined;
  /** The latest run that agrees with the reported status. Its message and data are reported with the status. */
  decisive: CheckRun | undefined;
  /** Whether the reported status has ever been UP or DEGRADED. */
  hasPassed = false;
  /** How many runs in a row have failed, up to the latest. */
  consecutiveFailures = 0;
  /** How many runs in a row have passed, up to the latest. */
  consecutiveSuccesses = 0;

  #streakBegan: Moment | undefined;
  #outageBegan: Moment | undefined;

  record(run: CheckRun, thresholds: Thresholds): StatusChange | undefined {
    this.#extendStreak(run);
    this.latest = run;
    if (!this.#isAccepted(run, thresholds)) return undefined;
    this.decisive = run;
    if (run.outcome.status === HealthStatus.UP || run.outcome.status === HealthStatus.DEGRADED) this.hasPassed = true;
    return this.#moveTo(run);
  }

  #extendStreak(run: CheckRun): void {
    const failing = isFailing(run.outcome.status);
    const continues = this.latest !== undefined && isFailing(this.latest.outcome.status) === failing;
    if (!continues) this.#streakBegan = run.finished;
    this.consecutiveFailures = failing ? (continues ? this.consecutiveFailures + 1 : 1) : 0;
    this.consecutiveSuccesses = failing ? 0 : continues ? this.consecutiveSuccesses + 1 : 1;
  }

  #isAccepted({ outcome }: CheckRun, thresholds: Thresholds): boolean {
    const failing = isFailing(outcome.status);
    if (this.decisive === undefined) return true;
    if (this.status === HealthStatus.SKIPPED || outcome.status === HealthStatus.SKIPPED) return true;
    if (isFailing(this.status) === failing) return true;
    return failing
      ? this.consecutiveFailures >= thresholds.failureThreshold
      : this.consecutiveSuccesses >= thresholds.successThreshold;
  }

  #moveTo(run: CheckRun): StatusChange | undefined {
    const from = this.status;
    const to = run.outcome.status;
    const isFirst = this.since === undefined;
    if (from === to && !isFirst) return undefined;

    const changesSides = isFirst || isFailing(from) !== isFailing(to);
    const began = (changesSides ? this.#streakBegan : undefined) ?? run.finished;
    const endedSince = isFailing(from) && !isFailing(to) ? this.#outageBegan : this.since;
    const lasted = endedSince && began.elapsed - endedSince.elapsed;

    this.status = to;
    this.since = began;
    if (changesSides && isFailing(to)) this.#outageBegan = began;

    return { from, to, at: run.finished, lasted, run };
  }
}
