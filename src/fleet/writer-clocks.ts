import type { HeardClock } from './outcome-entry.js';

/** Milliseconds per millisecond: two clocks drift apart less than this. */
const DRIFT = 1 / 2000;
/** The most writers that are remembered. */
const MOST_WRITERS = 1000;

/** At `clock` of the writer, the clock of this process showed `time` or more. */
interface Mark {
  readonly clock: number;
  readonly time: number;
}

/**
 * When other processes wrote, at the earliest, by the monotonic clock of this process. So an outcome is never older than it seems,
 * however late its entry arrives.
 *
 * An outcome names the entries that its writer had received before, with the clocks of both processes. An entry is written before
 * it is received. So if the writer has received an entry of this process, or one of a process whose clock is already compared,
 * then the clock of the writer is compared as well.
 */
export class WriterClocks {
  /** Identifies this process. */
  readonly #boot: string;
  readonly #marks = new Map<string, Mark>();

  constructor(boot: string) {
    this.#boot = boot;
  }

  /** An entry has arrived that was written at `clock` of its writer, which had received `heard` before. */
  hear(boot: string, clock: number, heard: readonly HeardClock[], now: number): void {
    const marks: Mark[] = [];
    for (const [other, written, at] of heard) {
      const time = this.timeOf(other, written);
      if (time !== undefined) marks.push({ clock: at, time });
    }
    const known = this.#marks.get(boot);
    // An entry cannot be newer than now. If it seems so, the clock of this process has stopped for a time, as in a machine that was
    // suspended, and earlier marks are wrong.
    const best = bestOf(known ? [known, ...marks] : marks, clock, Infinity);
    const valid = best && timeAt(best, clock) > now ? bestOf(marks, clock, now) : best;
    this.#marks.delete(boot);
    if (valid) this.#marks.set(boot, valid);
    const [oldest] = this.#marks.keys();
    if (this.#marks.size > MOST_WRITERS && oldest !== undefined) this.#marks.delete(oldest);
  }

  /** When it was `clock` at the writer, at the earliest, on the clock of this process. Undefined: the clocks are not compared. */
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

/** The mark that shows `clock` best, of those by which it was not later than `latest`. */
function bestOf(marks: readonly Mark[], clock: number, latest: number): Mark | undefined {
  let best: Mark | undefined;
  for (const mark of marks) {
    const time = timeAt(mark, clock);
    if (time <= latest && (!best || time > timeAt(best, clock))) best = mark;
  }
  return best;
}
