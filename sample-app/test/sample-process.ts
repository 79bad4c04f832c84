import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { vi } from 'vitest';
import { PROGRAM } from './build.js';

/** Long, because the machine may be busy. */
export const WAIT = { timeout: 60_000, interval: 50 };

/** Variables of the environment that would change the behaviour which the README describes. */
const EXCLUDED =
  /^(?:HEALTH_|PAYMENTS_|DATABASE_URL$|REDIS_URL$|ETCD_URL$|NATS_URL$|RABBITMQ_URL$|INSTANCE$|KUBERNETES_|NODE_ENV$|DEPLOYMENT_ENVIRONMENT$|GIT_COMMIT$|COMMIT_SHA$|SOURCE_VERSION$|GITHUB_SHA$|VITEST)/;

/** A response with its parsed body. */
export interface SampleResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The sample application as `npm start` runs it, on free ports. */
export class SampleProcess {
  output = '';
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  constructor(variables: NodeJS.ProcessEnv = {}) {
    const inherited = Object.entries(process.env).filter(([name]) => !EXCLUDED.test(name));
    this.#process = spawn(process.execPath, [PROGRAM], {
      env: {
        ...Object.fromEntries(inherited),
        PORT: '0',
        PAYMENTS_PORT: '0',
        MANAGEMENT_PORT: '0',
        WORKER_PORT: '0',
        CATALOGUE_WARM_UP: '0',
        NO_COLOR: '1',
        ...variables,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.#ended = once(this.#process, 'close');
  }

  /** The address that was printed beside this word. */
  address(word: 'orders' | 'live' | 'management' | 'payments' | 'worker'): URL {
    const [, address] = new RegExp(`^ {2}${word} +(http\\S+)$`, 'm').exec(this.output) ?? [];
    if (address === undefined) throw new Error(`the address of ${word} has not been printed:\n${this.output}`);
    return new URL(address);
  }

  /** Waits until it listens and has printed its addresses. */
  async listening(): Promise<this> {
    await vi.waitFor(() => this.address('worker'), WAIT);
    return this;
  }

  async ready(): Promise<this> {
    await this.listening();
    await vi.waitFor(async () => {
      const { status, body } = await this.get('/health/ready');
      if (status !== 200) throw new Error(`ready responds with ${JSON.stringify(body)}:\n${this.output}`);
    }, WAIT);
    return this;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<SampleResponse> {
    return this.send(path, { headers });
  }

  post(path: string, body?: object): Promise<SampleResponse> {
    const content = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return this.send(path, { method: 'POST', ...content });
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resolves to its exit code, or the signal that ended it. */
  async ended(): Promise<{ readonly code: unknown; readonly signal: unknown }> {
    const [code, signal] = await this.#ended;
    return { code, signal };
  }

  async send(path: string, request: RequestInit): Promise<SampleResponse> {
    const response = await fetch(new URL(path, this.address('orders')), request);
    const body: unknown = await response.json();
    return { status: response.status, headers: response.headers, body };
  }
}
