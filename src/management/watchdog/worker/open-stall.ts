import type { Stall, WatchdogStart } from '../stall.js';
import { type CapturedStack, captureStack } from './capture-stack.js';
import { describeStall, describeWithStack, placeOf } from './describe-stall.js';
import type { SourcePositions } from './source-positions.js';

/** One stall, from the moment at which it has lasted for `warnAfter`. */
export class OpenStall {
  readonly #start: WatchdogStart;
  readonly #sources: SourcePositions;
  readonly #startedAt: Date;
  #duration: number;
  #stack: CapturedStack = { frames: [], missingStack: 'off' };
  #failsLive = false;
  /** Captures run one after another, and the end is reported after the last one. */
  #work: Promise<void>;

  constructor(start: WatchdogStart, sources: SourcePositions, duration: number) {
    this.#start = start;
    this.#sources = sources;
    this.#startedAt = new Date(Date.now() - duration);
    this.#duration = duration;
    this.#work = this.#capture().then(() => this.#report(''));
  }

  get snapshot(): Stall {
    const place = placeOf(this.#stack);
    return {
      startedAt: this.#startedAt,
      duration: Math.round(this.#duration),
      ...this.#stack,
      ...(place !== undefined && { place }),
      description: describeStall(this.#duration, place),
      failsLive: this.#failsLive,
    };
  }

  /** Call it at each sample while the event loop is blocked. */
  continue(duration: number): void {
    this.#duration = duration;
    const { liveAfter } = this.#start.options;
    if (this.#failsLive || liveAfter === false || duration < liveAfter) return;
    this.#failsLive = true;
    this.#work = this.#work
      .then(() => this.#capture())
      .then(() => this.#report('live responds with 503 until the stall ends: '));
  }

  /** Call it when the event loop is no longer blocked. Resolves when the end is reported. */
  async end(duration: number): Promise<void> {
    this.#duration = duration;
    await this.#work;
    this.#start.onStallEnd(this.snapshot);
  }

  async #capture(): Promise<void> {
    if (!this.#start.options.stack) return;
    const stack = await captureStack(this.#sources);
    // A later capture without frames does not replace an earlier one with frames.
    if (stack.frames.length > 0 || this.#stack.frames.length === 0) this.#stack = stack;
  }

  #report(prefix: string): void {
    const stall = this.snapshot;
    this.#start.log(prefix + describeWithStack(stall.description, this.#stack));
    this.#start.onStall(stall);
  }
}
