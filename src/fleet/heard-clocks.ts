import { type HeardClock, MOST_HEARD } from './outcome-entry.js';

/**
 * The latest entry of each other process that no outcome has named yet. The next outcome of this instance names them, so that
 * their writers can compare clocks with it.
 */
export class HeardClocks {
  readonly #heard = new Map<string, HeardClock>();

  get list(): readonly HeardClock[] {
    return [...this.#heard.values()];
  }

  /** An entry that was written at `clock` of its writer has arrived. Whole milliseconds are shorter, and never too optimistic. */
  hear(boot: string, clock: number, now: number): void {
    const written = Math.floor(clock);
    const known = this.#heard.get(boot);
    if (known && known[1] >= written) return;
    this.#heard.delete(boot);
    this.#heard.set(boot, [boot, written, Math.ceil(now)]);
    const [oldest] = this.#heard.keys();
    if (this.#heard.size > MOST_HEARD && oldest !== undefined) this.#heard.delete(oldest);
  }

  /** An outcome of any instance has named these. All instances receive it. */
  remove(named: readonly HeardClock[]): void {
    for (const [boot, clock] of named) {
      const known = this.#heard.get(boot);
      // A later entry has not been named.
      if (known && known[1] <= clock) this.#heard.delete(boot);
    }
  }
}
