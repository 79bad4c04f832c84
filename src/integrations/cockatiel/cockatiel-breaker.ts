import type { Breaker, BreakerState } from '../../clients/breaker/breaker-indicator.js';
import { hasMethods } from '../../core/has-methods.js';

/** The used part of a circuit breaker policy of `cockatiel`. */
export interface CockatielBreaker {
  /** A `CircuitState`. */
  readonly state: number;
  isolate(): { dispose(): void };
  onStateChange(listener: () => void): { dispose(): void };
  toJSON(): unknown;
}

/** In the order of the numbers of `CircuitState`. */
const STATES: readonly BreakerState[] = ['closed', 'open', 'half_open', 'isolated'];

export function isCockatielBreaker(candidate: unknown): candidate is CockatielBreaker {
  return (
    hasMethods(candidate, 'isolate', 'onStateChange', 'toJSON') && typeof Reflect.get(candidate, 'state') === 'number'
  );
}

export function breakerOf(breaker: CockatielBreaker): Breaker {
  return {
    get state() {
      return stateOf(breaker);
    },
    get failures() {
      return failuresOf(breaker);
    },
    nextAttempt: () => nextAttemptOf(breaker),
    watch: (listener) => {
      const subscription = breaker.onStateChange(listener);
      return () => subscription.dispose();
    },
    close: () => close(breaker),
  };
}

/**
 * A breaker of `cockatiel` stays open after its pause until the next call. An instance that is out of rotation because of
 * the breaker gets no calls, so the breaker is reported as half-open from the end of the pause.
 */
function stateOf(breaker: CockatielBreaker): BreakerState {
  const state = STATES[breaker.state] ?? 'open';
  const nextAttempt = state === 'open' ? nextAttemptOf(breaker) : undefined;
  return nextAttempt !== undefined && nextAttempt <= Date.now() ? 'half_open' : state;
}

/**
 * No public method makes the breaker half-open. A breaker that was isolated and released is closed, and keeps its count of
 * failures.
 */
function close(breaker: CockatielBreaker): void {
  isolate(breaker).dispose();
}

function isolate(breaker: CockatielBreaker): { dispose(): void } {
  try {
    return breaker.isolate();
  } catch {
    // A listener of the application has thrown: the breaker is isolated, but the handle that releases it is lost.
    return breaker.isolate();
  }
}

/** The used part of the state that `toJSON()` returns. Applications store it, so its form is stable. */
interface Stored {
  readonly ownState?: { readonly openedAt?: unknown };
  /** The count of a `ConsecutiveBreaker`, or the state object of another breaker. */
  readonly breakerState?: unknown;
}

function failuresOf(breaker: CockatielBreaker): number | undefined {
  const { breakerState } = breaker.toJSON() as Stored;
  if (typeof breakerState === 'number') return breakerState;
  if (typeof breakerState !== 'object' || breakerState === null) return undefined;
  const { failures, currentFailures } = breakerState as {
    readonly failures?: unknown;
    readonly currentFailures?: unknown;
  };
  return [failures, currentFailures].find((count) => typeof count === 'number');
}

/** The pause is not public. Every version with a growing pause has it here. */
interface WithBackoff {
  readonly innerState?: { readonly backoff?: { readonly duration?: unknown } };
}

function nextAttemptOf(breaker: CockatielBreaker): number | undefined {
  const openedAt = (breaker.toJSON() as Stored).ownState?.openedAt;
  const duration = (breaker as WithBackoff).innerState?.backoff?.duration;
  return typeof openedAt === 'number' && typeof duration === 'number' ? openedAt + duration : undefined;
}
