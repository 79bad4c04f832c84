import { HealthCheckTimeoutError } from '../errors/health-check-timeout.error.js';
import { outcomeWhenBlocked } from './blocked.js';
import type { CheckDefinition, HealthCheckContext } from './check.js';
import { muteRejection } from './guarded-signal.js';
import { LoopTimer } from './loop-timer.js';
import { elapsed } from './moment.js';
import {
  type Attached,
  type Outcome,
  outcomeOfReturn,
  outcomeOfThrow,
  outcomeOfTimeout,
  passes,
  withAttached,
} from './outcome.js';
import { RunSignal } from './run-signal.js';
import { HealthStatus } from './status.js';

/** One call of a check. It ends within its timeout, whatever the check does. */
export interface Attempt {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** How long the event loop was blocked during the attempt, in milliseconds, as far as known. Set at the end of the attempt. */
  readonly stalled: number;
  /** Ends the attempt early, because the application stops. */
  abort(reason: unknown): void;
}

/** Called when the timeout has passed and the check has not finished. Returns a function to call when the check finishes later. */
export type OnUnfinished = (work: Promise<unknown>) => () => void;

/** Receives an error of the check that is not its outcome. It throws nothing. `place` names where the error happened. */
export type OnStrayFault = (place: string, fault: unknown) => void;

/** Calls the check, and returns or throws as it does. */
type Caller = (check: () => unknown) => unknown;

export interface AttemptHooks {
  readonly onUnfinished: OnUnfinished;
  readonly onFault: OnStrayFault;
  readonly call?: Caller | undefined;
}

const callDirectly: Caller = (check) => check();

export function attempt(
  definition: CheckDefinition,
  { onUnfinished, onFault, call = callDirectly }: AttemptHooks,
): Attempt {
  const { timeout } = definition.settings;
  const abortion = new RunSignal((fault) => onFault('a listener of its signal', fault));
  let attached: Attached;
  const resolveAttached = (): Attached => {
    try {
      const isLazy = typeof attached === 'function';
      const data: unknown = isLazy ? (attached as () => unknown)() : attached;
      const isPromise = muteRejection(data, (fault) => isLazy && onFault('attach()', fault));
      return isPromise ? undefined : (data as Attached);
    } catch (fault) {
      onFault('attach()', fault);
      return undefined;
    }
  };
  const context: HealthCheckContext = {
    name: definition.name,
    get signal() {
      return abortion.signal;
    },
    timeout,
    attach: (data) => {
      attached = data;
      // A promise is not valid data. Its rejection must not end the process.
      muteRejection(data, (fault) => onFault('attach()', fault));
    },
  };

  let finish: (outcome: Outcome) => void = () => undefined;
  let finishedLate: (() => void) | undefined;
  let isOver = false;
  let stalled = 0;
  let bySelf = 0;

  const close = (): void => {
    isOver = true;
    stalled = timer.stalled;
    timer.clear();
  };
  const withData = (outcome: Outcome): Outcome =>
    attached === undefined || outcome.data !== undefined || passes(outcome)
      ? outcome
      : withAttached(outcome, resolveAttached());
  const end = (outcome: Outcome): void => {
    if (isOver) return finishedLate?.();
    const judged = outcomeWhenBlocked(outcome, { bySelf, untilFinish: timer.overdue }, timeout);
    close();
    finish(withData(judged));
  };
  const giveUp = (failure: Outcome, reason: unknown): void => {
    if (isOver) return;
    // Read the attached data before aborting: the abort may release it.
    const outcome = withData(failure);
    finishedLate = onUnfinished(work);
    close();
    // The listeners of the signal run synchronously. The attempt has ended already, whatever they do.
    abortion.abort(reason);
    finish(outcome);
  };

  const began = elapsed();
  const work = start(definition, context, abortion, (check) =>
    call(() => {
      const called = elapsed();
      try {
        return check();
      } finally {
        bySelf = elapsed() - called;
      }
    }),
  );
  // The time of the synchronous part of the check counts, although the event loop was blocked.
  const left = Math.max(1, timeout - (elapsed() - began));
  const timer = new LoopTimer(left, () => giveUp(outcomeOfTimeout(timeout), new HealthCheckTimeoutError(timeout)));

  const outcome = new Promise<Outcome>((resolve) => (finish = resolve));
  work.then(
    (returned) => end(outcomeOfReturn(returned)),
    (thrown: unknown) => end(outcomeOfThrow(thrown)),
  );
  return {
    outcome,
    get stalled() {
      return stalled;
    },
    abort: (reason) => giveUp(outcomeOfThrow(reason), reason),
  };
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
  // The timeout may have passed while the condition was evaluated.
  abortion.throwIfAborted();
  return call(() => definition.check(context));
}
