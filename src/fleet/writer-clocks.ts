/** Milliseconds. Two clocks drift apart, so an old difference between them is forgotten after one to two windows. */
const WINDOW = 300_000;
/** The most writers that are remembered. */
const MOST_WRITERS = 1000;

interface Difference {
  began: number;
  least: number;
  earlier: number;
}

/**
 * The differences between the monotonic clock of this process and those of other processes, from the entries that they write.
 * The entry that arrived fastest shows the difference best. An entry that arrives late, for example because the store was
 * frozen or because it waited in a client without a connection, is recognised by it.
 */
export class WriterClocks {
  readonly #differences = new Map<string, Difference>();

  /** An entry has arrived that was written at `clock` of the writer. Returns when that was on the clock of this process. */
  hear(boot: string, clock: number, now: number): number {
    const heard = now - clock;
    const known = this.#known(boot, now) ?? { began: now, least: heard, earlier: Infinity };
    known.least = Math.min(known.least, heard);
    this.#differences.delete(boot);
    this.#differences.set(boot, known);
    const [oldest] = this.#differences.keys();
    if (this.#differences.size > MOST_WRITERS && oldest !== undefined) this.#differences.delete(oldest);
    return clock + Math.min(known.least, known.earlier);
  }

  /** When `clock` of the writer was on the clock of this process. Undefined: nothing was heard of the writer lately. */
  timeOf(boot: string, clock: number, now: number): number | undefined {
    const known = this.#known(boot, now);
    return known && Math.min(now, clock + Math.min(known.least, known.earlier));
  }

  #known(boot: string, now: number): Difference | undefined {
    const known = this.#differences.get(boot);
    if (!known || now - known.began < WINDOW) return known;
    // Without an entry in the latest window, the difference is too old to be used.
    if (now - known.began >= 2 * WINDOW) return undefined;
    known.earlier = known.least;
    known.least = Infinity;
    known.began = now;
    return known;
  }
}
