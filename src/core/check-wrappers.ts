import type { CheckRun } from './check-history.js';

/** One attempt of a check, before it begins. */
export interface CheckCall {
  readonly indicator: string;
  readonly critical: boolean;
  /** The number of the attempt within its run: 0 for the first, 1 for the first of the `retries`. */
  readonly retry: number;
  /** The run was started by the check's own timer, not by a request. */
  readonly isInBackground: boolean;
}

/**
 * Middleware around one attempt. `proceed()` calls the check synchronously, in the current async context, and returns the
 * finished run. Its promise never rejects, and settles within the timeout. `undefined` means that the application stopped first.
 */
export type CheckWrapper = (call: CheckCall, proceed: () => Promise<CheckRun | undefined>) => unknown;

/** One attempt with its wrappers, from before the call until the engine has the outcome. */
export interface WrappedCall {
  /** Calls the check within the wrappers. Rejects as the check does. */
  readonly make: (check: () => unknown) => Promise<unknown>;
  readonly finish: (run: CheckRun | undefined) => void;
}

/**
 * Wrappers that can disturb neither a check nor each other. A wrapper can neither prevent the call of a check, nor call it
 * twice, nor change its outcome: if it returns or throws without calling `proceed()`, the check is called without it.
 */
export class CheckWrappers {
  readonly #wrappers = new Set<CheckWrapper>();
  readonly #onFault: (fault: unknown) => void;

  /** `onFault` receives the errors that wrappers throw or reject with. It throws nothing itself. */
  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Returns a function that removes the wrapper. */
  add(wrapper: CheckWrapper): () => void {
    this.#wrappers.add(wrapper);
    return () => this.#wrappers.delete(wrapper);
  }

  /** Undefined: there is no wrapper. */
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

/** An error of the check goes to the engine, and not to the wrappers. */
async function promiseOf(next: () => unknown): Promise<unknown> {
  return next();
}
