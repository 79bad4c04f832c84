import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../environment.js';

const PROGRAM = fileURLToPath(new URL('../payments-service/main.js', import.meta.url));
/** Milliseconds until a payments service that does not end is killed. */
const STOP_TIMEOUT = 10_000;

/** Starts and stops the payments service as a child process. */
export class PaymentsProcess {
  #port: number;
  readonly #output: 'inherit' | 'ignore';
  #url: string | undefined;
  #process: ChildProcess | undefined;

  /** `output`: whether its log is printed beside that of this process. */
  constructor(port: number, output: 'inherit' | 'ignore' = 'inherit') {
    this.#port = port;
    this.#output = output;
  }

  get state() {
    return this.#process ? { running: true, pid: this.#process.pid, url: this.#url } : { running: false };
  }

  /** Resolves to its URL when it listens. */
  async start(): Promise<string> {
    if (this.#process && this.#url !== undefined) return this.#url;
    // Detached, so that Ctrl-C does not stop payments before orders has finished. It also ends when this process ends.
    const env = { ...process.env, PAYMENTS_PORT: String(this.#port) };
    const started = fork(PROGRAM, { env, detached: true, stdio: ['ignore', this.#output, 'inherit', 'ipc'] });
    this.#process = started;
    const ended = once(started, 'exit').then(() => {
      if (this.#process === started) this.#process = undefined;
    });
    const message = await Promise.race([once(started, 'message'), ended]);
    if (!message)
      throw new EnvironmentError('The payments service did not start. Its output above contains the reason.');
    const [{ url }] = message as [{ url: string }];
    // With port 0 the system chose a port. The next start uses the same one.
    this.#port = Number(new URL(url).port);
    return (this.#url = url);
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (!running) return;
    const exit = once(running, 'exit');
    const killTimer = setTimeout(() => running.kill('SIGKILL'), STOP_TIMEOUT);
    running.kill('SIGTERM');
    await exit;
    clearTimeout(killTimer);
  }
}
