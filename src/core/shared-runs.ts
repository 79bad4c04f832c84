import type { CheckSettings } from './check.js';
import type { CheckRun } from './check-history.js';

/** An attempt of an indicator with `scope: 'fleet'` is about to call its check. */
export interface SharedCall {
  readonly indicator: string;
  readonly settings: CheckSettings;
  /** The signal of the attempt. */
  readonly signal: AbortSignal;
  /** Runs the indicator again, or joins its run. Does nothing after its removal or a change of its scope. */
  readonly run: () => Promise<void>;
}

/** Shares the outcomes of checks between the instances of a service. */
export interface SharedRuns {
  /**
   * Calls the check, or returns an outcome in its place as a `ReusedOutcome`. A fault of the exchange goes to `onFault`, and means
   * that the check is called. When the attempt is aborted before that, the check is not called.
   */
  reuseOrRun(call: SharedCall, check: () => unknown, onFault: (fault: unknown) => void): unknown;
  /** A run of an indicator with `scope: 'fleet'` has ended, with an outcome of this instance or of another one. */
  finished(indicator: string, run: CheckRun): void;
}
