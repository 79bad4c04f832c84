import type { SharedOutcome } from '../core/outcome.js';
import { isFailing } from '../core/status.js';

/** A run of another instance, by the clock of this process. */
export interface RunOfAnother {
  readonly outcome: SharedOutcome;
  /** Identifies the process that ran the check, and the clock of that process when it wrote. */
  readonly boot: string;
  readonly clock: number;
  /** Before it failed, its instance had received that the latest run of another instance had failed too. */
  readonly isConfirmed: boolean;
  /** From when on this instance waits for a second run. */
  readonly since: number;
}

/**
 * Which outcome of one shared indicator counts for this instance. A run of this instance counts in any case. A failure of another
 * instance may be a fault of that instance alone, so it counts when a run of a second instance has failed too.
 */
export class CountedOutcome {
  #latest: SharedOutcome | undefined;
  #suspected: RunOfAnother | undefined;
  #other: RunOfAnother | undefined;
  #failsElsewhere = false;
  #isAlone = false;

  get latest(): SharedOutcome | undefined {
    return this.#latest;
  }

  /** A failure of another instance that no second instance has found. */
  get suspected(): RunOfAnother | undefined {
    return this.#suspected;
  }

  /** The latest run of another instance. */
  get other(): RunOfAnother | undefined {
    return this.#other;
  }

  /** The check fails on this instance, and no other instance has found that. Then outcomes of others do not count. */
  get isAlone(): boolean {
    return this.#isAlone;
  }

  /** The latest run of another instance has failed, and none of this instance has passed since then. */
  get failsElsewhere(): boolean {
    return this.#failsElsewhere;
  }

  /** `isForAll`: the others receive the outcome. */
  recordOwn(outcome: SharedOutcome, isForAll: boolean): void {
    const fails = isFailing(outcome.status);
    const isFoundByOthers = this.#failsElsewhere && (isForAll || !this.#isAlone);
    this.#latest = outcome;
    this.#suspected = undefined;
    this.#isAlone = fails && !isFoundByOthers && outcome.isLocal !== true;
    if (!fails) this.#failsElsewhere = false;
  }

  recordOther(run: RunOfAnother): void {
    const { outcome, boot, clock, isConfirmed } = run;
    const last = this.#other;
    // The same entry, again in a snapshot, is no other outcome.
    if (last && ((last.boot === boot && last.clock >= clock) || last.outcome.ranAt >= outcome.ranAt)) return;
    this.#other = run;
    if (this.#latest && this.#latest.ranAt >= outcome.ranAt) return;
    const fails = isFailing(outcome.status);
    this.#failsElsewhere = fails;
    if (this.#isAlone) {
      // The second failure counts from the next run on, so that one outage counts once in a threshold.
      if (fails && isConfirmed) this.#isAlone = false;
      return;
    }
    const suspected = this.#suspected;
    const failedBefore = this.#latest !== undefined && isFailing(this.#latest.status);
    if (fails && !isConfirmed && !failedBefore && (!suspected || suspected.boot === boot)) {
      this.#suspected = suspected ? { ...run, since: suspected.since } : run;
      return;
    }
    this.#suspected = undefined;
    this.#latest = fails || !suspected ? outcome : withFailure(outcome, suspected.outcome);
  }

  /** No second instance has run the check in time, so the failure of the first one counts. */
  countSuspected(): void {
    if (this.#suspected) this.#latest = this.#suspected.outcome;
    this.#suspected = undefined;
  }
}

/** The passing outcome shows that the check failed on one instance. */
function withFailure(passed: SharedOutcome, failed: SharedOutcome): SharedOutcome {
  const by = failed.data?.['run_by'];
  return by === undefined ? passed : { ...passed, data: { ...passed.data, failed_only_on: by } };
}
