import { Agent, get } from 'node:http';
import { vi } from 'vitest';

/** More requests than any test needs. */
const MOST_REQUESTS = 200_000;

/**
 * Sends requests one after the other until the port refuses connections. It keeps its connection while the server does.
 */
export class BusyClient {
  /** `200 keep-alive`, `200 close`, or the code of an error. The refused connection at the end is not included. */
  readonly responses: string[] = [];
  readonly done: Promise<void>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  #isStopped = false;

  constructor(port: number) {
    this.#port = port;
    this.done = this.#run();
  }

  count(response: string): number {
    return this.responses.filter((given) => given === response).length;
  }

  /** Resolves after this number of further responses. */
  async askedAgain(times: number): Promise<void> {
    const before = this.responses.length;
    await vi.waitFor(
      () => {
        if (this.responses.length < before + times) throw new Error('The client waits for a response');
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
      const response = await this.#ask();
      if (response === 'ECONNREFUSED') return;
      this.responses.push(response);
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
