import type { Breaker, BreakerState } from '../../clients/breaker/breaker-indicator.js';

/** What is used of a circuit breaker policy of `cockatiel`. */
export interface CockatielBreaker {
  /** A `CircuitState`. */
  readonly state: number;
  isolate(): { dispose(): void };
  onStateChange(listener: () => void): { dispose(): void };
  toJSON(): unknown;
}

/** By the numbers of `CircuitState`. */
const STATES: readonly BreakerState[] = ['closed', 'open', 'half_open', 'isolated'];

export function isCockatielBreaker(candidate: unknown): candidate is CockatielBreaker {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(candidate, method) === 'function';
  return typeof Reflect.get(candidate, 'state') === 'number' && has('isolate') && has('onStateChange') && has('toJSON');
}

export function breakerOf(breaker: CockatielBreaker): Breaker {
  return {
    get state() {
      return stateOf(breaker);
    },
    get failures() {
      return failuresOf(breaker);
    },
    nextTry: () => nextTryOf(breaker),
    watch: (listener) => {
      const subscription = breaker.onStateChange(listener);
      return () => subscription.dispose();
    },
    close: () => close(breaker),
  };
}

/**
 * By itself it stays open until the first call after its pause, which may never come to an instance that was taken out
 * of rotation for it: from then on it is no longer called open.
 */
function stateOf(breaker: CockatielBreaker): BreakerState {
  const state = STATES[breaker.state] ?? 'open';
  const nextTry = state === 'open' ? nextTryOf(breaker) : undefined;
  return nextTry !== undefined && nextTry <= Date.now() ? 'half_open' : state;
}

/**
 * It has nothing public that makes it half-open. Held open by hand and let go of again, it is closed, and opens by the
 * failures that it still counts.
 */
function close(breaker: CockatielBreaker): void {
  hold(breaker).dispose();
}

function hold(breaker: CockatielBreaker): { dispose(): void } {
  try {
    return breaker.isolate();
  } catch {
    // A listener of the application has thrown after it was held, and before there was a handle to let go of.
    return breaker.isolate();
  }
}

/** Of what `toJSON()` returns, and keeps through versions because it can be stored; what is found otherwise is left out. */
interface Stored {
  readonly ownState?: { readonly openedAt?: unknown };
  /** The count of a `ConsecutiveBreaker`, or the state of one of the others. */
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

/** How long it stays open is said nowhere in public. This has been its place since there is a growing pause. */
interface WithBackoff {
  readonly innerState?: { readonly backoff?: { readonly duration?: unknown } };
}

function nextTryOf(breaker: CockatielBreaker): number | undefined {
  const openedAt = (breaker.toJSON() as Stored).ownState?.openedAt;
  const duration = (breaker as WithBackoff).innerState?.backoff?.duration;
  return typeof openedAt === 'number' && typeof duration === 'number' ? openedAt + duration : undefined;
}
