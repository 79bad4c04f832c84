import { HealthCheckTimeoutError } from '../errors/health-check-timeout.error.js';
import type { CheckDefinition, HealthCheckContext } from './check.js';
import {
  type Attached,
  type Outcome,
  outcomeOfReturn,
  outcomeOfThrow,
  outcomeOfTimeout,
  withAttached,
} from './outcome.js';
import { RunSignal } from './run-signal.js';
import { HealthStatus } from './status.js';

/** One call of a check: it is over in time, whatever the check does. */
export interface Attempt {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Ends the attempt before its time, as the application stops. */
  abort(reason: unknown): void;
}

/** Called when the time is over and the check has not finished: returns what to call when it has, after all. */
export type OnLeftBehind = (work: Promise<unknown>) => () => void;

/** Calls the check, and returns or throws as it does. */
type Caller = (check: () => unknown) => unknown;

export function attempt(
  definition: CheckDefinition,
  onLeftBehind: OnLeftBehind,
  call: Caller = (check) => check(),
): Attempt {
  const { timeout } = definition.settings;
  const abortion = new RunSignal();
  let attached: Attached;
  const context: HealthCheckContext = {
    name: definition.name,
    get signal() {
      return abortion.signal;
    },
    timeout,
    attach: (data) => (attached = data),
  };
  const work = start(definition, context, abortion, call);

  let finish: (outcome: Outcome) => void = () => undefined;
  let finishedLate: (() => void) | undefined;
  let isOver = false;

  const end = (outcome: Outcome): void => {
    if (isOver) return finishedLate?.();
    isOver = true;
    clearTimeout(timer);
    finish(withAttached(outcome, attached));
  };
  const giveUp = (failure: Outcome, reason: unknown): void => {
    if (isOver) return;
    // As it is now: what is aborted lets go of what it held.
    const outcome = withAttached(failure, attached);
    finishedLate = onLeftBehind(work);
    isOver = true;
    clearTimeout(timer);
    // Listeners of the signal run here and now. Whatever they do, this run is over already.
    abortion.abort(reason);
    finish(outcome);
  };
  const timer = setTimeout(() => giveUp(outcomeOfTimeout(timeout), new HealthCheckTimeoutError(timeout)), timeout);
  timer.unref();

  const outcome = new Promise<Outcome>((resolve) => (finish = resolve));
  work.then(
    (returned) => end(outcomeOfReturn(returned)),
    (thrown: unknown) => end(outcomeOfThrow(thrown)),
  );
  return { outcome, abort: (reason) => giveUp(outcomeOfThrow(reason), reason) };
}

async function start(
  definition: CheckDefinition,
  context: HealthCheckContext,
  abortion: RunSignal,
  call: Caller,
): Promise<unknown> {
  const { when } = definition.settings;
  if (when && !(await when(context))) {
    return { status: HealthStatus.SKIPPED, message: 'its condition is false' };
  }
  // The condition may have taken all the time there was.
  abortion.throwIfAborted();
  return call(() => definition.check(context));
}
