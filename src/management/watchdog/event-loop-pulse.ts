import { beatInterval } from './beat-interval.js';

/** Writes the time of the last turn of the event loop of this thread into memory that another thread reads. */
export class EventLoopPulse {
  /** Passed to `startWatchdog()` in the worker thread. */
  readonly buffer = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  readonly #lastTurn = new BigInt64Array(this.buffer);
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;

  /** `warnAfter`: milliseconds, from the options of the watchdog. */
  constructor(warnAfter: number) {
    this.#interval = beatInterval(warnAfter);
  }

  start(): void {
    this.#beat();
    this.#timer ??= setInterval(() => this.#beat(), this.#interval);
    this.#timer.unref();
  }

  /** Ends the beats. The watchdog then reports no stall. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    Atomics.store(this.#lastTurn, 0, 0n);
  }

  #beat(): void {
    Atomics.store(this.#lastTurn, 0, process.hrtime.bigint());
  }
}
