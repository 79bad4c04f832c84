export type Listener<T> = (event: T) => unknown;

/** Listeners that can disturb neither each other nor the engine: errors that they throw or reject with go to `onFault`. */
export class Listeners<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly #onFault: (fault: unknown) => void;

  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = neverThrows(onFault);
  }

  /** Returns a function that removes the listener. */
  add(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether there is no listener, so that no event needs to be created. */
  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  emit(event: T): void {
    for (const listener of this.#listeners) {
      try {
        const returned = listener(event);
        if (returned instanceof Promise) returned.catch(this.#onFault);
      } catch (fault) {
        this.#onFault(fault);
      }
    }
  }
}

/** Wraps a function that logs, such as an error handler, so that it never throws. */
export function neverThrows<T>(report: (value: T) => void): (value: T) => void {
  return (value) => {
    try {
      report(value);
    } catch {
      // The error of the logger itself cannot be logged.
    }
  };
}
