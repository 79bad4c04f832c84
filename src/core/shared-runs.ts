import type { CheckSettings } from './check.js';
import type { CheckRun } from './check-history.js';
import { type SharedOutcome, TakenOutcome } from './outcome.js';

/** An attempt of an indicator with `scope: 'fleet'` is about to call its check. */
export interface SharedCall {
  readonly indicator: string;
  readonly settings: CheckSettings;
  /** Runs the indicator again, or joins its run. */
  readonly run: () => Promise<void>;
}

/** Shares the outcomes of checks between the instances of a service. */
export interface SharedRuns {
  /** The outcome to use instead of a call of the check. Undefined: this instance calls the check. */
  take(call: SharedCall): SharedOutcome | undefined | Promise<SharedOutcome | undefined>;
  /** A run of an indicator with `scope: 'fleet'` has ended, with an outcome of this instance or of another one. */
  finished(indicator: string, run: CheckRun): void;
}

/** Takes an outcome, or calls the check. A fault of `runs` means that the check is called. */
export function takeOrCall(
  runs: SharedRuns,
  call: SharedCall,
  check: () => unknown,
  onFault: (fault: unknown) => void,
): unknown {
  const use = (taken: SharedOutcome | undefined): unknown => (taken ? new TakenOutcome(taken) : check());
  let taken: ReturnType<SharedRuns['take']>;
  try {
    taken = runs.take(call);
  } catch (fault) {
    onFault(fault);
  }
  if (!(taken instanceof Promise)) return use(taken);
  return taken
    .catch((fault: unknown) => {
      onFault(fault);
      return undefined;
    })
    .then(use);
}
