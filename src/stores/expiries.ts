import { elapsed } from '../core/moment.js';

/** Milliseconds. A timer that fires this late shows that the event loop was blocked, so unread changes may have arrived. */
const LATE = 50;
/** Milliseconds. The shortest pause before entries are examined, so that many expiries are handled together. */
const SHORTEST_PAUSE = 50;
/** Milliseconds in which changes that arrived during a stall are read. */
const CATCH_UP = 250;
/** After this many delays, entries expire even if the timer is late again. */
const MOST_DELAYS = 3;

/**
 * The deadlines of entries, by the clock of this process. One timer serves all entries: it fires at the earliest deadline that
 * was known when it was set. Most entries are written again before their deadlines, so it fires rarely.
 */
export class Expiries {
  readonly #deadlines = new Map<string, number>();
  readonly #onExpired: (name: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #due = Infinity;

  constructor(onExpired: (name: string) => void) {
    this.#onExpired = onExpired;
  }

  /** `expiresIn`: milliseconds. Undefined: the entry does not expire. */
  set(name: string, expiresIn: number | undefined): void {
    if (expiresIn === undefined) {
      this.#deadlines.delete(name);
      return;
    }
    const deadline = elapsed() + expiresIn;
    this.#deadlines.set(name, deadline);
    if (deadline < this.#due) this.#schedule(deadline);
  }

  delete(name: string): void {
    this.#deadlines.delete(name);
  }

  clear(): void {
    this.#deadlines.clear();
    clearTimeout(this.#timer);
    this.#due = Infinity;
  }

  #schedule(due: number, delays = 0): void {
    clearTimeout(this.#timer);
    this.#due = due;
    if (due === Infinity) return;
    const pause = Math.max(SHORTEST_PAUSE, Math.ceil(due - elapsed()));
    const expected = elapsed() + pause;
    this.#timer = setTimeout(() => {
      const now = elapsed();
      if (now - expected > LATE && delays < MOST_DELAYS) this.#schedule(now + CATCH_UP, delays + 1);
      else this.#expire(now);
    }, pause);
    this.#timer.unref();
  }

  #expire(now: number): void {
    this.#due = Infinity;
    const expired = [...this.#deadlines].filter(([, deadline]) => deadline <= now).map(([name]) => name);
    for (const name of expired) this.#deadlines.delete(name);
    let earliest = Infinity;
    for (const deadline of this.#deadlines.values()) earliest = Math.min(earliest, deadline);
    this.#schedule(earliest);
    for (const name of expired) this.#onExpired(name);
  }
}
