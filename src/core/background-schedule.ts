import { LONGEST_TIMER } from './pause.js';
import type { CheckRunner } from './check-runner.js';

/** Runs are spread by up to a tenth of the interval, so that the instances of a service do not ask in step. */
const JITTER = 0.1;

/** Runs one check again and again: each run begins an interval after the one before has ended. */
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
