import { elapsed } from '../core/moment.js';

/** A measurement since a point in time. */
export interface Measurement {
  /** The duration of the measurement so far, in milliseconds. */
  readonly age: number;
  /** Discards the measured values, and begins again. */
  restart(): void;
  /** Releases its resources. It is not used after that. */
  stop(): void;
}

/** Milliseconds. A shorter measurement covers little more than the response to the probe, in which a process is always busy. */
const SHORTEST = 1000;

/**
 * Measures the recent past. Two measurements run at the same time, and after each half window the older one begins again.
 * So the older measurement always covers between half a window and a whole window. A measurement since the start of the
 * process would not show a bad minute.
 */
export class SlidingWindow<M extends Measurement> {
  readonly #half: number;
  readonly #create: () => M;
  #older: M | undefined;
  #younger: M | undefined;
  #timer: NodeJS.Timeout | undefined;
  #started = 0;
  #isStopped = false;

  constructor(window: number, create: () => M) {
    this.#half = Math.max(1, Math.round(window / 2));
    this.#create = create;
  }

  /** Undefined after `stop()`. Starts the measurement if necessary, because Nest calls no start hook in a lazily loaded module. */
  get measurement(): M | undefined {
    this.start();
    return this.#older;
  }

  /** Whether the measurement is long enough for a result. */
  get isSettled(): boolean {
    return elapsed() - this.#started >= Math.min(this.#half, SHORTEST);
  }

  start(): void {
    if (this.#isStopped || this.#timer) return;
    this.#started = elapsed();
    this.#older = this.#create();
    this.#younger = this.#create();
    this.#timer = setInterval(() => this.#slide(), this.#half);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#older?.stop();
    this.#younger?.stop();
    this.#older = undefined;
    this.#younger = undefined;
  }

  #slide(): void {
    const expired = this.#older;
    expired?.restart();
    this.#older = this.#younger;
    this.#younger = expired;
  }
}
