import { type Moment, moment } from './moment.js';

/** The greatest number of tracked unfinished runs of one check. */
export const MAX_STRAY_RUNS = 3;

const FIRST_PAUSE = 1000;
/** The pause after the first, second, third and fourth stray run, as multiples of the first pause. */
const PAUSE_FACTORS: readonly [number, ...number[]] = [1, 4, 16, 32];
/** Unless the timeout of the check is longer. */
const LONGEST_PAUSE = 60_000;

/** A run that continues after its timeout. */
export interface StrayRun {
  isTracked: boolean;
}

/**
 * Tracks the runs of one check that continue after their timeout, and determines when the next run may start: after a pause
 * that grows with each stray run, up to a minute. New runs start however many runs hang, because otherwise the recovery of
 * the dependency would never be noticed.
 *
 * At most three unfinished runs are tracked. A further one replaces the oldest, and this class then holds no reference to
 * the oldest. A run whose promise has no references can never finish. The garbage collector reports it, and it no longer
 * counts.
 */
export class StrayRuns {
  /** In the order in which they passed their timeout. */
  readonly #tracked = new Set<StrayRun>();
  readonly #collected: FinalizationRegistry<StrayRun>;
  readonly #onGone: () => void;
  #unfinished = 0;
  #inARow = 0;
  #notBefore: Moment | undefined;

  /** `onGone` is called when a tracked run has finished, or can never finish. */
  constructor(onGone: () => void) {
    this.#onGone = onGone;
    this.#collected = new FinalizationRegistry((run) => this.remove(run));
  }

  /** How many unfinished runs are tracked. */
  get count(): number {
    return this.#tracked.size;
  }

  /** How many runs have not finished, including those that are no longer tracked. */
  get unfinished(): number {
    return this.#unfinished;
  }

  /** The latest run has passed its timeout, and at least one tracked run has not finished. */
  get isHanging(): boolean {
    return this.#inARow > 0;
  }

  /** The earliest moment for the next run. Undefined: it may start immediately. */
  get notBefore(): Moment | undefined {
    return this.#notBefore;
  }

  /** Adds a run after its `timeout`. Pass the returned run to `remove` when it finishes later. */
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
      // Runs that are no longer tracked may never finish, but the latest ones have finished.
      this.#unfinished = 0;
      this.endPause();
    }
    this.#onGone();
  }

  /** Call it when a later run has ended in time: the check no longer hangs. */
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
