import { LONGEST_TIMER } from './async.js';
import type { CheckRunner } from './check-runner.js';

/** Each interval varies by up to a tenth, so that the instances of a service do not run their checks in step. */
const JITTER = 0.1;

/** Runs one check repeatedly. Each run begins one interval after the previous run has ended. */
export class BackgroundSchedule {
  readonly #runner: CheckRunner;
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(runner: CheckRunner, interval: number) {
    this.#runner = runner;
    this.#interval = interval;
  }

  start(initialDelay: number): void {
    if (initialDelay > 0) this.#runIn(initialDelay);
    else this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #run(): void {
    void this.#runner.run().then(() => {
      if (!this.#stopped) this.#runIn(this.#interval * (1 + JITTER * (2 * Math.random() - 1)));
    });
  }

  #runIn(delay: number): void {
    this.#timer = setTimeout(() => this.#run(), Math.min(delay, LONGEST_TIMER));
    this.#timer.unref();
  }
}
