import { LONGEST_TIMER } from './async.js';
import type { CheckRunner } from './check-runner.js';
import { elapsed } from './moment.js';

/** Each interval varies by up to a tenth, so that the instances of a service do not run their checks at the same time. */
const JITTER = 0.1;

/**
 * Runs one check repeatedly. Each run begins one interval after the end of the latest run, also when that run was
 * requested by something else.
 */
export class BackgroundSchedule {
  readonly #runner: CheckRunner;
  #interval: number;
  #timer: NodeJS.Timeout | undefined;
  /** The end of the latest run, on the monotonic clock. Undefined: during a run, and before the first. */
  #ended: number | undefined;
  #stopped = false;

  constructor(runner: CheckRunner, interval: number) {
    this.#runner = runner;
    this.#interval = interval;
  }

  /** `ended`: the end of the latest run, if the check has run before. */
  start(initialDelay: number, ended?: number): void {
    this.#ended = ended;
    if (initialDelay > 0) this.#runIn(initialDelay);
    else this.#run();
  }

  /** Changes the interval, counted from the end of the latest run. A run under way continues. */
  follow(interval: number): void {
    if (interval === this.#interval || this.#stopped) return;
    this.#interval = interval;
    if (this.#ended === undefined) return;
    clearTimeout(this.#timer);
    this.#runAfter(this.#ended);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #run(): void {
    this.#ended = undefined;
    void this.#runner.run().then(() => {
      if (!this.#stopped) this.#runAfter(elapsed());
    });
  }

  #runAfter(ended: number): void {
    this.#ended = ended;
    const now = elapsed();
    const due = ended + this.#varied();
    const { history, freshUntil } = this.#runner;
    // An outcome of another instance can become too old before the interval has passed.
    const isCutShort = history.latest?.outcome.ranAt !== undefined && freshUntil >= now;
    this.#runIn(Math.max(0, (isCutShort ? Math.min(due, freshUntil + 1) : due) - now));
  }

  #varied(): number {
    return this.#interval * (1 + JITTER * (2 * Math.random() - 1));
  }

  #runIn(delay: number): void {
    this.#timer = setTimeout(
      () => {
        const latest = this.#runner.history.latest?.finished.elapsed ?? -Infinity;
        if (latest > (this.#ended ?? -Infinity)) this.#runAfter(latest);
        else this.#run();
      },
      Math.min(delay, LONGEST_TIMER),
    );
    this.#timer.unref();
  }
}
