import { type AcknowledgedClock, MOST_ACKNOWLEDGED } from './outcome-entry.js';

/**
 * The latest entry of each other process that no outcome has acknowledged. The next outcome of this instance acknowledges
 * these entries, so that their writers can compare clocks with it.
 */
export class UnacknowledgedClocks {
  readonly #clocks = new Map<string, AcknowledgedClock>();

  get list(): readonly AcknowledgedClock[] {
    return [...this.#clocks.values()];
  }

  /** Adds an entry that was written at `clock` of its writer. Rounding to whole milliseconds makes the entry older, never newer. */
  add(boot: string, clock: number, now: number): void {
    const written = Math.floor(clock);
    const known = this.#clocks.get(boot);
    if (known && known[1] >= written) return;
    this.#clocks.delete(boot);
    this.#clocks.set(boot, [boot, written, Math.ceil(now)]);
    const [oldest] = this.#clocks.keys();
    if (this.#clocks.size > MOST_ACKNOWLEDGED && oldest !== undefined) this.#clocks.delete(oldest);
  }

  /** Removes the entries that an outcome of any instance has acknowledged. All instances receive that outcome. */
  remove(acknowledged: readonly AcknowledgedClock[]): void {
    for (const [boot, clock] of acknowledged) {
      const known = this.#clocks.get(boot);
      // A later entry is not acknowledged.
      if (known && known[1] <= clock) this.#clocks.delete(boot);
    }
  }
}
