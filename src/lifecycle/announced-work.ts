import { shutdownElapsed } from '../core/shutdown-clock.js';

/** A piece of work that the shutdown waits for, until `done()` is called or the block with `using` ends. */
export interface WorkHandle extends Disposable {
  /** Reports that the work is finished. Further calls have no effect. */
  done(): void;
}

/** Work in flight that the application announces: a job, a message that is being handled. */
export class AnnouncedWork {
  readonly #open = new Map<WorkHandle, { readonly name: string; readonly since: number }>();
  readonly #waiting = new Set<() => void>();

  begin(name: string): WorkHandle {
    const done = (): void => {
      if (this.#open.delete(handle) && this.#open.size === 0) this.#allDone();
    };
    const handle: WorkHandle = { done, [Symbol.dispose]: done };
    this.#open.set(handle, { name, since: shutdownElapsed() });
    return handle;
  }

  /** The name and the age of each piece of open work, for the log. */
  get open(): readonly string[] {
    const now = shutdownElapsed();
    return [...this.#open.values()].map(({ name, since }) => `${name} (for ${Math.round(now - since)} ms)`);
  }

  /** Resolves when all work is done. */
  whenDone(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.add(resolve));
  }

  #allDone(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
