import { elapsed } from './moment.js';

/** At most so many runs of one check may be left behind unfinished. */
export const MAX_STRAY_RUNS = 3;
const FIRST_PAUSE = 1000;
const PAUSE_GROWTH = 4;

/**
 * Keeps count of the runs of one check that went on after their time was over, and says when another run may start
 * beside them: after a pause that grows with each, and never beside three.
 *
 * A run that can never finish because nothing refers to its promise any more (an answer that was lost) is not live:
 * the garbage collector tells of it, and it counts no longer. So a check that loses its promises recovers too, and
 * runs that are really stuck never pile up.
 */
export class StrayRuns {
  readonly #live = new Set<object>();
  readonly #collected: FinalizationRegistry<object>;
  readonly #onGone: () => void;
  #notBefore = 0;

  /** `onGone` is called whenever a stray run has finished, or was lost for good. */
  constructor(onGone: () => void) {
    this.#onGone = onGone;
    this.#collected = new FinalizationRegistry((token) => this.remove(token));
  }

  get count(): number {
    return this.#live.size;
  }

  /** The earliest moment (monotonic) for the next run; Infinity while the limit is reached. */
  get notBefore(): number {
    if (this.#live.size === 0) return 0;
    return this.#live.size < MAX_STRAY_RUNS ? this.#notBefore : Infinity;
  }

  /** Counts a run that was given up; `timeout` is what it had. Hand the returned token to `remove` when it has finished after all. */
  add(promise: Promise<unknown>, timeout: number): object {
    const token = {};
    this.#live.add(token);
    this.#collected.register(promise, token);
    this.#notBefore = elapsed() + Math.max(timeout, FIRST_PAUSE) * PAUSE_GROWTH ** (this.#live.size - 1);
    return token;
  }

  remove(token: object): void {
    if (this.#live.delete(token)) this.#onGone();
  }
}
