import { elapsed } from '../core/moment.js';

/** Something that is measured from a moment on. */
export interface Measurement {
  /** For how many milliseconds it has measured. */
  readonly age: number;
  /** Forgets what was measured, and begins anew. */
  restart(): void;
  /** Frees what it holds. It is not asked any more. */
  stop(): void;
}

/** A shorter look is one at the present moment, at which a process that answers a probe is always busy. */
const SHORTEST = 1000;

/**
 * Measures what has happened lately. Two measurements run side by side, and each half window the older one begins
 * anew: so the one that is asked has always seen between half a window and a whole one, never the whole life of the
 * process, in which a bad minute drowns.
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

  /** Undefined after it was stopped. Begins if it has not begun: nobody tells a lazily loaded module of the start. */
  get measurement(): M | undefined {
    this.start();
    return this.#older;
  }

  /** Whether enough has been seen to judge by. */
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
