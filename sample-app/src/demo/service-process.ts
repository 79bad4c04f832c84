import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../environment.js';

/** Milliseconds until a service that does not end is killed. */
const STOP_TIMEOUT = 10_000;

/** The process to start. */
export interface Program {
  /** For messages: `payments service`. */
  readonly name: string;
  /** The compiled file, relative to this one. */
  readonly file: string;
  /** The environment variable that receives the port. */
  readonly variable: string;
}

/** Starts and stops a service as a child process. */
export class ServiceProcess {
  readonly #program: Program;
  readonly #output: 'inherit' | 'ignore';
  #port: number;
  #url: string | undefined;
  #process: ChildProcess | undefined;

  /** `output`: whether its log is printed beside that of this process. */
  constructor(program: Program, port: number, output: 'inherit' | 'ignore' = 'inherit') {
    this.#program = program;
    this.#port = port;
    this.#output = output;
  }

  get state() {
    return this.#process ? { running: true, pid: this.#process.pid, url: this.#url } : { running: false };
  }

  /** Resolves to its URL when it listens. */
  async start(): Promise<string> {
    if (this.#process && this.#url !== undefined) return this.#url;
    const { name, file, variable } = this.#program;
    // Detached, so that Ctrl-C does not stop it before orders has finished. It also ends when this process ends.
    const started = fork(fileURLToPath(new URL(file, import.meta.url)), {
      env: { ...process.env, [variable]: String(this.#port) },
      detached: true,
      stdio: ['ignore', this.#output, 'inherit', 'ipc'],
    });
    this.#process = started;
    const ended = once(started, 'exit').then(() => {
      if (this.#process === started) this.#process = undefined;
    });
    const message = await Promise.race([once(started, 'message'), ended]);
    if (!message) throw new EnvironmentError(`The ${name} did not start. Its output above contains the reason.`);
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

  /** Sends a message, if the service is running. */
  protected send(message: object): void {
    if (this.#process?.connected) this.#process.send(message);
  }
}
