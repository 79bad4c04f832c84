/** One sample of the beats of the main thread. */
export interface Sample {
  /** Milliseconds since the last turn of the event loop in which this thread was running. 0: the main thread is not watched. */
  readonly silence: number;
  /** Milliseconds between the last two turns, if the event loop has turned since the last sample. */
  readonly turnedAfter?: number;
}

/** A sample that is more than this many intervals late means that this thread itself was not running. */
const LATE_INTERVALS = 2;

/**
 * Measures how long the event loop of the main thread has been blocked. Times in which this thread did not run are excluded,
 * because their cause affects both threads: the process was stopped, the machine was suspended, or no processor was free.
 */
export class StallClock {
  readonly #interval: number;
  #lastSample: number;
  #lastTurn = 0;
  /** Milliseconds since the last turn in which this thread did not run. */
  #excluded = 0;

  /** `interval`: milliseconds between two samples. */
  constructor(interval: number, now: number) {
    this.#interval = interval;
    this.#lastSample = now;
  }

  /** Milliseconds on a monotonic clock that both threads share. `turn`: of the last turn; 0: the main thread does not beat. */
  sample(turn: number, now: number): Sample {
    const gap = now - this.#lastSample;
    const missed = gap > LATE_INTERVALS * this.#interval ? gap - this.#interval : 0;
    this.#lastSample = now;
    if (turn === this.#lastTurn) {
      this.#excluded += missed;
      return { silence: this.#silence(now) };
    }
    const turnedAfter = this.#lastTurn === 0 || turn === 0 ? 0 : turn - this.#lastTurn - this.#excluded - missed;
    this.#lastTurn = turn;
    this.#excluded = Math.min(missed, Math.max(0, now - turn));
    return { silence: this.#silence(now), turnedAfter: Math.max(0, turnedAfter) };
  }

  #silence(now: number): number {
    return this.#lastTurn === 0 ? 0 : Math.max(0, now - this.#lastTurn - this.#excluded);
  }
}
