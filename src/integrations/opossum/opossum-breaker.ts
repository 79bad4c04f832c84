import type { Breaker, BreakerState } from '../../clients/breaker/breaker-indicator.js';
import { hasMethods } from '../../core/has-methods.js';

type BreakerEvent = 'open' | 'halfOpen' | 'close' | 'shutdown';

/** The used part of a `CircuitBreaker` of `opossum`. */
export interface OpossumBreaker {
  readonly opened: boolean;
  readonly halfOpen: boolean;
  readonly enabled: boolean;
  readonly isShutdown: boolean;
  readonly stats: { readonly failures: number };
  close(): void;
  on(event: BreakerEvent, listener: () => void): unknown;
  off(event: BreakerEvent, listener: () => void): unknown;
}

const EVENTS: readonly BreakerEvent[] = ['open', 'halfOpen', 'close'];

export function isOpossumBreaker(candidate: unknown): candidate is OpossumBreaker {
  return hasMethods(candidate, 'fire', 'close', 'on', 'off') && 'opened' in candidate && 'halfOpen' in candidate;
}

export function breakerOf(breaker: OpossumBreaker): Breaker {
  return {
    get state() {
      return stateOf(breaker);
    },
    get failures() {
      return breaker.stats.failures;
    },
    nextAttempt: (openSince) => {
      const pause = resetTimeoutOf(breaker);
      return openSince === undefined || pause === undefined ? undefined : openSince + pause;
    },
    watch: (listener) => {
      for (const event of EVENTS) breaker.on(event, listener);
      return () => {
        for (const event of EVENTS) breaker.off(event, listener);
      };
    },
    // No public method makes the breaker half-open. A closed breaker keeps its count of failures.
    close: () => breaker.close(),
  };
}

function stateOf({ opened, halfOpen, enabled, isShutdown }: OpossumBreaker): BreakerState {
  // A breaker that was shut down is also disabled.
  if (isShutdown) return 'shut_down';
  if (!enabled) return 'disabled';
  if (opened) return 'open';
  return halfOpen ? 'half_open' : 'closed';
}

function resetTimeoutOf(breaker: OpossumBreaker): number | undefined {
  const { options } = breaker as { readonly options?: { readonly resetTimeout?: unknown } };
  return typeof options?.resetTimeout === 'number' ? options.resetTimeout : undefined;
}
