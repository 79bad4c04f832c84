import { type Moment, moment } from './moment.js';

/** At most so many unfinished runs of one check are tracked. */
export const MAX_STRAY_RUNS = 3;

const FIRST_PAUSE = 1000;
/** The pause after the first, second, third and fourth run left behind, as multiples of the first. */
const PAUSE_FACTORS: readonly [number, ...number[]] = [1, 4, 16, 32];
/** Unless the timeout of the check is longer. */
const LONGEST_PAUSE = 60_000;

/** A run that went on after its timeout. */
export interface StrayRun {
  isTracked: boolean;
}

/**
 * Tracks the runs of one check that went on after their timeout, and says when the next run may start beside them: after
 * a pause that grows with each run left behind, up to a minute. The check is asked again however many runs hang, because
 * otherwise a dependency that answers again would never be seen as back.
 *
 * At most three unfinished runs are tracked. The next one takes the place of the oldest, which is given up: nothing here
 * refers to it any more. A run whose promise nothing refers to can never finish. The garbage collector reports it, and it
 * no longer counts.
 */
export class StrayRuns {
  /** In the order in which they were left behind. */
  readonly #tracked = new Set<StrayRun>();
  readonly #collected: FinalizationRegistry<StrayRun>;
  readonly #onGone: () => void;
  #unfinished = 0;
  #inARow = 0;
  #notBefore: Moment | undefined;

  /** `onGone` is called whenever a run has finished, or can never finish. */
  constructor(onGone: () => void) {
    this.#onGone = onGone;
    this.#collected = new FinalizationRegistry((run) => this.remove(run));
  }

  /** How many unfinished runs are tracked. */
  get count(): number {
    return this.#tracked.size;
  }

  /** How many runs have not finished, with those that were given up. */
  get unfinished(): number {
    return this.#unfinished;
  }

  /** The latest run was left behind, and at least one that is tracked has not finished. */
  get isHanging(): boolean {
    return this.#inARow > 0;
  }

  /** The earliest moment for the next run. Undefined: it may start at once. */
  get notBefore(): Moment | undefined {
    return this.#notBefore;
  }

  /** Adds a run after its `timeout`. Hand the returned run to `remove` when it has finished after all. */
  add(promise: Promise<unknown>, timeout: number): StrayRun {
    const [oldest] = this.#tracked;
    if (oldest && this.#tracked.size >= MAX_STRAY_RUNS) this.#forget(oldest);
    const run: StrayRun = { isTracked: true };
    this.#tracked.add(run);
    this.#collected.register(promise, run, run);
    this.#unfinished += 1;
    this.#inARow += 1;
    this.#notBefore = after(pauseAfter(Math.max(this.#inARow, this.#tracked.size), timeout));
    return run;
  }

  remove(run: StrayRun): void {
    this.#unfinished = Math.max(0, this.#unfinished - 1);
    if (run.isTracked) this.#forget(run);
    if (this.#tracked.size === 0) {
      // Runs that were given up may never finish, but the latest ones have.
      this.#unfinished = 0;
      this.endPause();
    }
    this.#onGone();
  }

  /** A later run has ended in time, so the check no longer hangs. */
  endPause(): void {
    this.#inARow = 0;
    this.#notBefore = undefined;
  }

  #forget(run: StrayRun): void {
    run.isTracked = false;
    this.#tracked.delete(run);
    this.#collected.unregister(run);
  }
}

function pauseAfter(runs: number, timeout: number): number {
  const first = Math.max(timeout, FIRST_PAUSE);
  const factor = PAUSE_FACTORS[Math.min(runs, PAUSE_FACTORS.length) - 1] ?? PAUSE_FACTORS[0];
  return Math.min(first * factor, Math.max(first, LONGEST_PAUSE));
}

function after(milliseconds: number): Moment {
  const now = moment();
  return { elapsed: now.elapsed + milliseconds, wall: Math.round(now.wall + milliseconds) };
}
