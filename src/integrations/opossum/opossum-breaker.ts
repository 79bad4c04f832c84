import type { Breaker, BreakerState } from '../../clients/breaker/breaker-indicator.js';

type BreakerEvent = 'open' | 'halfOpen' | 'close' | 'shutdown';

/** What is used of a `CircuitBreaker` of `opossum`. */
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
  if (typeof candidate !== 'object' || candidate === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(candidate, method) === 'function';
  return 'opened' in candidate && 'halfOpen' in candidate && has('fire') && has('close') && has('on') && has('off');
}

export function breakerOf(breaker: OpossumBreaker): Breaker {
  return {
    get state() {
      return stateOf(breaker);
    },
    get failures() {
      return breaker.stats.failures;
    },
    nextTry: (openSince) => {
      const pause = resetTimeoutOf(breaker);
      return openSince === undefined || pause === undefined ? undefined : openSince + pause;
    },
    watch: (listener) => {
      for (const event of EVENTS) breaker.on(event, listener);
      return () => {
        for (const event of EVENTS) breaker.off(event, listener);
      };
    },
    // It has nothing public that makes it half-open; closed, it opens again by the failures that it still counts.
    close: () => breaker.close(),
  };
}

function stateOf({ opened, halfOpen, enabled, isShutdown }: OpossumBreaker): BreakerState {
  // A breaker that was shut down is disabled as well.
  if (isShutdown) return 'shut_down';
  if (!enabled) return 'disabled';
  if (opened) return 'open';
  return halfOpen ? 'half_open' : 'closed';
}

function resetTimeoutOf(breaker: OpossumBreaker): number | undefined {
  const { options } = breaker as { readonly options?: { readonly resetTimeout?: unknown } };
  return typeof options?.resetTimeout === 'number' ? options.resetTimeout : undefined;
}
