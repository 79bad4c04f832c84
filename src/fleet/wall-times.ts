import { elapsed } from '../core/moment.js';

/** A larger difference in milliseconds means that the system clock was set. */
const CLOCK_WAS_SET = 1000;

/**
 * Shows moments of the monotonic clock as times of the system clock. A moment always has the same time: otherwise every
 * instance would seem to have changed a little in each report, and a page would be updated all the time.
 */
export class WallTimes {
  #offset: number | undefined;

  /** The time of a moment in ISO 8601, in UTC. */
  at(moment: number): string {
    const offset = Date.now() - elapsed();
    if (this.#offset === undefined || Math.abs(offset - this.#offset) > CLOCK_WAS_SET) this.#offset = offset;
    return new Date(Math.round(this.#offset + moment)).toISOString();
  }
}
