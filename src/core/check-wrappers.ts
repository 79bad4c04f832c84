import type { CheckRun } from './check-history.js';

/** A call of a check that is about to be made. */
export interface CheckCall {
  readonly indicator: string;
  readonly critical: boolean;
  /** Which of its run's calls it is: 0 for the first, 1 for the first of its `retries`. */
  readonly retry: number;
  /** It is made on a timer of its own: nobody has asked for it. */
  readonly isInBackground: boolean;
}

/**
 * Stands around each call of a check. It calls `proceed`, which makes the call here and now, in whatever context it is
 * called in, and returns what came of it. That promise never rejects, and is there in time, whatever the check does;
 * undefined: the application stops, which has cut the call short.
 */
export type CheckWrapper = (call: CheckCall, proceed: () => Promise<CheckRun | undefined>) => unknown;

/** One call, from before it is made until the engine knows what came of it. */
export interface WrappedCall {
  /** Makes the call within the wrappers. Rejects as the check does. */
  readonly make: (check: () => unknown) => Promise<unknown>;
  readonly finish: (run: CheckRun | undefined) => void;
}

/**
 * Wrappers that can harm neither a check nor each other. None can keep a check from being called, call it twice, or
 * change what comes of it: what it has not done when it returns, or throws, is done without it.
 */
export class CheckWrappers {
  readonly #wrappers = new Set<CheckWrapper>();
  readonly #onFault: (fault: unknown) => void;

  /** `onFault` is told what a wrapper throws, or rejects with, and throws nothing itself. */
  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Returns the function that takes the wrapper off again. */
  add(wrapper: CheckWrapper): () => void {
    this.#wrappers.add(wrapper);
    return () => this.#wrappers.delete(wrapper);
  }

  /** Undefined: nobody stands around it. */
  begin(call: CheckCall): WrappedCall | undefined {
    if (this.#wrappers.size === 0) return undefined;
    const wrappers = [...this.#wrappers];
    let finish: (run: CheckRun | undefined) => void = () => undefined;
    const ended = new Promise<CheckRun | undefined>((resolve) => (finish = resolve));

    const through = (wrapper: CheckWrapper, next: () => unknown): Promise<unknown> => {
      let made: Promise<unknown> | undefined;
      const proceed = (): Promise<unknown> => (made ??= promiseOf(next));
      this.#wrap(wrapper, call, () => {
        void proceed();
        return ended;
      });
      return proceed();
    };
    return {
      make: async (check) =>
        wrappers.reduceRight<() => unknown>((next, wrapper) => () => through(wrapper, next), check)(),
      finish,
    };
  }

  #wrap(...[wrapper, call, proceed]: [CheckWrapper, ...Parameters<CheckWrapper>]): void {
    try {
      const returned = wrapper(call, proceed);
      if (returned instanceof Promise) returned.catch(this.#onFault);
    } catch (fault) {
      this.#onFault(fault);
    }
  }
}

/** What the check throws is for the engine to hear, and not for who stands around it. */
async function promiseOf(next: () => unknown): Promise<unknown> {
  return next();
}
