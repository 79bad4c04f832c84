import { Agent, get } from 'node:http';
import { vi } from 'vitest';

/** More than any test lasts. */
const MOST_REQUESTS = 200_000;

/** Asks one request after the other, on one connection while the server keeps it, until nobody listens any more. */
export class BusyClient {
  /** `200 keep-alive`, `200 close`, or the code of an error. The refused connection at the end is not among them. */
  readonly answers: string[] = [];
  readonly done: Promise<void>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  #isStopped = false;

  constructor(port: number) {
    this.#port = port;
    this.done = this.#run();
  }

  count(answer: string): number {
    return this.answers.filter((given) => given === answer).length;
  }

  /** Resolves when it has got so many answers from now on. */
  async askedAgain(times: number): Promise<void> {
    const before = this.answers.length;
    await vi.waitFor(
      () => {
        if (this.answers.length < before + times) throw new Error('The client waits for an answer');
      },
      { timeout: 60_000, interval: 5 },
    );
  }

  stop(): void {
    this.#isStopped = true;
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    for (let asked = 0; asked < MOST_REQUESTS && !this.#isStopped; asked += 1) {
      const answer = await this.#ask();
      if (answer === 'ECONNREFUSED') return;
      this.answers.push(answer);
    }
  }

  #ask(): Promise<string> {
    return new Promise((resolve) => {
      get({ host: '127.0.0.1', port: this.#port, path: '/order', agent: this.#agent }, (response) => {
        response.resume();
        response.on('end', () => resolve(`${response.statusCode} ${response.headers.connection}`));
        response.on('error', (error) => resolve(error.message));
      }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  }
}
