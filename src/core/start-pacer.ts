import { elapsed } from './moment.js';

/** How many checks start in one turn of the event loop. */
const MAX_STARTS = 64;
/** The longest time of the starts in one turn, in milliseconds. */
const MAX_BUSY = 8;

/** The real function also under fake timers, because the pacer depends on the event loop and not on time. */
const { setImmediate: realImmediate } = globalThis;

/**
 * Spreads the starts of checks over several turns of the event loop, so that requests are served and deadlines are kept
 * while a thousand checks start that take a millisecond each. A few quick checks start in one turn.
 */
export class StartPacer {
  readonly #waiting: (() => void)[] = [];
  #starts = 0;
  #busy = 0;

  /** Calls `start` now, or in a later turn, in the order of the calls. */
  async run<T>(start: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#hasRoom) await new Promise<void>((admit) => this.#waiting.push(admit));
    return this.#start(start);
  }

  get #hasRoom(): boolean {
    return this.#starts < MAX_STARTS && this.#busy < MAX_BUSY;
  }

  #start<T>(start: () => Promise<T>): Promise<T> {
    if (this.#starts === 0) realImmediate(() => this.#beginTurn());
    this.#starts += 1;
    const began = elapsed();
    try {
      return start();
    } finally {
      this.#busy += elapsed() - began;
      if (this.#hasRoom) this.#waiting.shift()?.();
    }
  }

  #beginTurn(): void {
    this.#starts = 0;
    this.#busy = 0;
    this.#waiting.shift()?.();
  }
}
