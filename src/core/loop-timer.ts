import { elapsed } from './moment.js';

/** Milliseconds. A stall is noticed when a slice ends late, so slices are short. */
const LONGEST_SLICE = 100;
const SLICES = 10;
/** Milliseconds by which timers are late in an event loop that is busy but not blocked. */
const TOLERANCE = 10;
/** How many stalls after the nominal end extend the time. */
const MAX_LATE_STALLS = 3;
/** Milliseconds without a stall that follow each stall at least. */
const CATCH_UP = 20;

/** Milliseconds. The `grace` of a probe: after a stall, the responses that have arrived are read before the probe responds. */
export const GRACE = 100;

/** The real functions, also under fake timers: they wait for socket reads, not for time. */
const { setImmediate: realImmediate, clearImmediate: clearRealImmediate } = globalThis;

/** The latest moment (monotonic) at which the event loop is known to have run: a timer fired, or a check finished. */
let lastTurn = 0;

/**
 * A timeout that counts the time in which the event loop was not blocked.
 *
 * A timer that fires late does not prove that no response has arrived: while the event loop was blocked, the response may
 * have arrived at the socket without being read. So the time is counted in slices. A slice that ends late contained a
 * stall, and counts as one slice. After the last slice, the event loop reads the sockets before `onOver` is called.
 *
 * `grace` limits how many milliseconds may follow a stall beyond the nominal end. Default: all of the time that is left.
 * The timer ends in any case: after the nominal end, only three further stalls extend the time.
 */
export class LoopTimer {
  readonly #onOver: () => void;
  readonly #grace: number;
  readonly #end: number;
  readonly #slice: number;
  #left: number;
  #lateStalls = 0;
  #stalled = 0;
  #due = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(milliseconds: number, onOver: () => void, grace = Infinity) {
    this.#onOver = onOver;
    this.#grace = grace;
    this.#left = milliseconds;
    this.#slice = Math.max(CATCH_UP, Math.min(Math.round(milliseconds / SLICES), LONGEST_SLICE));
    const now = elapsed();
    this.#end = now + milliseconds;
    this.#startSlice(now);
  }

  /** How long the event loop was blocked, in milliseconds, in stalls that have ended. */
  get stalled(): number {
    return this.#stalled;
  }

  /** How long the event loop has been blocked until now, in milliseconds, at least. */
  get overdue(): number {
    const late = elapsed() - Math.max(this.#due, lastTurn);
    return late > TOLERANCE ? late : 0;
  }

  clear(): void {
    lastTurn = elapsed();
    clearTimeout(this.#timer);
    clearRealImmediate(this.#immediate);
  }

  #startSlice(now: number): void {
    const slice = Math.max(1, Math.ceil(Math.min(this.#left, this.#slice)));
    this.#due = now + slice;
    this.#timer = setTimeout(() => this.#endSlice(slice), slice);
    this.#timer.unref();
  }

  #endSlice(slice: number): void {
    const now = elapsed();
    lastTurn = now;
    const late = Math.max(0, now - this.#due);
    this.#left -= slice;
    if (late > TOLERANCE) this.#extendFor(late, now);
    else this.#left -= late;
    if (this.#left > 0) this.#startSlice(now);
    else this.#readArrived();
  }

  #extendFor(stall: number, now: number): void {
    this.#stalled += stall;
    if (now >= this.#end) this.#lateStalls += 1;
    if (this.#lateStalls > MAX_LATE_STALLS) this.#left = 0;
    else this.#left = Math.max(CATCH_UP, Math.min(this.#left, Math.max(this.#end - now, this.#grace)));
  }

  /** Callbacks of `setImmediate` run after the sockets have been read. */
  #readArrived(): void {
    this.#immediate = realImmediate(this.#onOver);
  }
}
