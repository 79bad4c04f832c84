import type { AcknowledgedClock } from './outcome-entry.js';

/** Maximum drift between two clocks, in milliseconds per millisecond. */
const DRIFT = 1 / 2000;
/** Maximum number of known writers. */
const MOST_WRITERS = 1000;

/** A pair of clock values: at `clock` of the writer, the clock of this process was at least `time`. */
interface Mark {
  readonly clock: number;
  readonly time: number;
}

/**
 * Computes the earliest time at which another process wrote, on the monotonic clock of this process. So an outcome is never
 * older than it seems, even if its entry arrives late.
 *
 * An outcome acknowledges the entries that its writer had received before, with the clocks of both processes. An entry is
 * written before it is received. So the clock of the writer is known if the writer has received an entry of this process, or an
 * entry of a process whose clock is known.
 */
export class WriterClocks {
  /** Identifies this process. */
  readonly #boot: string;
  readonly #marks = new Map<string, Mark>();

  constructor(boot: string) {
    this.#boot = boot;
  }

  /** Records an entry that was written at `clock` of its writer. The writer had received the entries `acknowledged` before. */
  record(boot: string, clock: number, acknowledged: readonly AcknowledgedClock[], now: number): void {
    const marks: Mark[] = [];
    for (const [other, written, at] of acknowledged) {
      const time = this.timeOf(other, written);
      if (time !== undefined) marks.push({ clock: at, time });
    }
    const known = this.#marks.get(boot);
    // An entry cannot be newer than now. If it seems newer, the clock of this process was stopped for a time, for example because
    // the machine was suspended. Then earlier marks are wrong.
    const best = bestOf(known ? [known, ...marks] : marks, clock, Infinity);
    const valid = best && timeAt(best, clock) > now ? bestOf(marks, clock, now) : best;
    this.#marks.delete(boot);
    if (valid) this.#marks.set(boot, valid);
    const [oldest] = this.#marks.keys();
    if (this.#marks.size > MOST_WRITERS && oldest !== undefined) this.#marks.delete(oldest);
  }

  /** The earliest time on the clock of this process at which the writer had `clock`. Undefined: the offset is unknown. */
  timeOf(boot: string, clock: number): number | undefined {
    if (boot === this.#boot) return clock;
    const mark = this.#marks.get(boot);
    return mark && timeAt(mark, clock);
  }
}

function timeAt(mark: Mark, clock: number): number {
  const passed = clock - mark.clock;
  return mark.time + passed - Math.abs(passed) * DRIFT;
}

/** The mark that gives the latest time for `clock`, among the marks that give a time up to `latest`. */
function bestOf(marks: readonly Mark[], clock: number, latest: number): Mark | undefined {
  let best: Mark | undefined;
  for (const mark of marks) {
    const time = timeAt(mark, clock);
    if (time <= latest && (!best || time > timeAt(best, clock))) best = mark;
  }
  return best;
}
