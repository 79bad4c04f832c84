import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { elapsed, until } from './time.mjs';

const SCRIPT = fileURLToPath(new URL('instance.mjs', import.meta.url));
const START_LIMIT = 30_000;
/** How long Kubernetes waits by default before it kills. */
const PATIENCE = 30_000;

/** Processes that have not ended, so that none survives this one. */
const alive = new Set();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** An instance of the application that can be started and ended again and again, always on the same port. */
export class InstanceProcess {
  #settings;
  #child;
  #output = '';

  /** `application` and `adapter` as `instance.mjs` knows them, `environment` beyond what every process needs. */
  constructor({ name, port, application, adapter, environment = {} }) {
    this.#settings = { application, adapter, environment };
    this.name = name;
    this.port = port;
  }

  /** Resolves when the instance says that it is ready. */
  async start() {
    const { application, adapter, environment } = this.#settings;
    const child = fork(SCRIPT, [application, adapter, String(this.port), this.name], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    alive.add(child);
    child.once('exit', () => alive.delete(child));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (this.#output += data));
    await this.#told('listening', START_LIMIT);
    await until(() => this.#isReady(), { limit: START_LIMIT, what: `${this.name} to be ready` });
  }

  /** Has the instance do one of the commands of its application. */
  async command(command) {
    const isDone = this.#told(command, START_LIMIT);
    this.#child.send({ command });
    await isDone;
  }

  /**
   * Sends SIGTERM, and waits for the exit. `grace` says when the drain has ended if the instance cannot say so itself.
   * All times are milliseconds.
   */
  async stop({ grace } = {}) {
    const child = this.#child;
    const began = elapsed();
    let drained = grace;
    child.on('message', ({ event }) => {
      if (event === 'drained') drained ??= elapsed() - began;
    });
    const killing = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    const isOver = once(child, 'exit');
    child.kill('SIGTERM');
    const [code, signal] = await isOver;
    clearTimeout(killing);
    const exited = elapsed() - began;
    return {
      instance: this.name,
      signalledAt: began,
      milliseconds: exited,
      drained,
      afterDrain: drained === undefined ? undefined : exited - drained,
      wasKilled: signal === 'SIGKILL',
      exit: signal ?? code,
    };
  }

  get isAlive() {
    return alive.has(this.#child);
  }

  /** Everything that it has written so far, over all its lives. */
  get output() {
    return this.#output;
  }

  kill() {
    this.#child?.kill('SIGKILL');
  }

  async #isReady() {
    const response = await fetch(`http://127.0.0.1:${this.port}/health/ready`, { headers: { connection: 'close' } });
    await response.body?.cancel();
    return response.ok;
  }

  #told(expected, limit) {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const finish = (settle) => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        settle();
      };
      const fail = (reason) => finish(() => reject(new Error(`${this.name} ${reason}:\n${this.#output}`)));
      const onMessage = ({ event }) => event === expected && finish(resolve);
      const onExit = () => fail(`ended before it said "${expected}"`);
      const timer = setTimeout(() => fail(`did not say "${expected}" within ${limit} ms`), limit);
      child.on('message', onMessage);
      child.on('exit', onExit);
    });
  }
}
