export type Listener<T> = (event: T) => unknown;

/** Listeners that can harm neither each other nor the engine: what one throws, or rejects with, goes to `onFault`. */
export class Listeners<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly #onFault: (fault: unknown) => void;

  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = neverThrows(onFault);
  }

  /** Returns the function that takes the listener off again. */
  add(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether an event would reach anybody: who has to make one can spare itself the trouble. */
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

/** What is told of faults, such that it cannot fail itself. */
export function neverThrows(onFault: (fault: unknown) => void): (fault: unknown) => void {
  return (fault) => {
    try {
      onFault(fault);
    } catch {
      // A log that fails cannot be logged.
    }
  };
}
