import { StartPacer } from './start-pacer.js';

/** Limits how many tasks run at the same time. Further tasks wait, and start in the order of their calls. */
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
      // The slot passes directly to the next task in the queue, so that a new task cannot overtake it.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
