import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../environment.js';

const PROGRAM = fileURLToPath(new URL('../payments-service/main.js', import.meta.url));
/** Milliseconds that payments has to end by itself. */
const PATIENCE = 10_000;

/** The payments service, as a process that can be stopped and started again. */
export class PaymentsProcess {
  #port: number;
  readonly #output: 'inherit' | 'ignore';
  #url: string | undefined;
  #process: ChildProcess | undefined;

  /** `output` is where its log goes: to that of its starter, or nowhere. */
  constructor(port: number, output: 'inherit' | 'ignore' = 'inherit') {
    this.#port = port;
    this.#output = output;
  }

  get state() {
    return this.#process ? { running: true, pid: this.#process.pid, url: this.#url } : { running: false };
  }

  /** Resolves to its address when it listens. */
  async start(): Promise<string> {
    if (this.#process && this.#url !== undefined) return this.#url;
    // Detached, so that Ctrl-C reaches it through `stop` alone, when orders needs it no more. It ends with its starter anyhow.
    const env = { ...process.env, PAYMENTS_PORT: String(this.#port) };
    const started = fork(PROGRAM, { env, detached: true, stdio: ['ignore', this.#output, 'inherit', 'ipc'] });
    this.#process = started;
    const ended = once(started, 'exit').then(() => {
      if (this.#process === started) this.#process = undefined;
    });
    const message = await Promise.race([once(started, 'message'), ended]);
    if (!message) throw new EnvironmentError('The payments service did not start. What it wrote above says why.');
    const [{ url }] = message as [{ url: string }];
    // A port that the system chose is kept, so that payments comes back where it was.
    this.#port = Number(new URL(url).port);
    return (this.#url = url);
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (!running) return;
    const exit = once(running, 'exit');
    const lastResort = setTimeout(() => running.kill('SIGKILL'), PATIENCE);
    running.kill('SIGTERM');
    await exit;
    clearTimeout(lastResort);
  }
}
