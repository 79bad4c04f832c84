import { StartPacer } from './start-pacer.js';

/** Bounds how many tasks run at once. Those that wait are let in, in the order in which they came. */
export class Limiter {
  #free: number;
  readonly #pacer = new StartPacer();
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number = Infinity) {
    this.#free = limit;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((admit) => this.#waiting.push(admit));
    try {
      return await this.#pacer.run(task);
    } finally {
      // A place that somebody waits for is handed over rather than freed, so that no newcomer slips in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
