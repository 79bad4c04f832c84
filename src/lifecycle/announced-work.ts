import { elapsed } from '../core/shutdown-clock.js';

/** A piece of work that the shutdown waits for, until `done()` is called or the block that holds it with `using` is left. */
export interface WorkHandle extends Disposable {
  /** Says that the work is finished. Further calls do nothing. */
  done(): void;
}

/** Work in flight that only the application knows of: a job, a message being handled. */
export class AnnouncedWork {
  readonly #open = new Map<WorkHandle, { readonly name: string; readonly since: number }>();
  readonly #waiting = new Set<() => void>();

  begin(name: string): WorkHandle {
    const done = (): void => {
      if (this.#open.delete(handle) && this.#open.size === 0) this.#allDone();
    };
    const handle: WorkHandle = { done, [Symbol.dispose]: done };
    this.#open.set(handle, { name, since: elapsed() });
    return handle;
  }

  /** What is open, in words. */
  get open(): readonly string[] {
    const now = elapsed();
    return [...this.#open.values()].map(({ name, since }) => `${name} (for ${Math.round(now - since)} ms)`);
  }

  /** Resolves when nothing is open any more. */
  whenDone(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.add(resolve));
  }

  #allDone(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
