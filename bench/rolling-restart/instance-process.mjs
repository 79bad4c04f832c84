import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { elapsed, until } from './time.mjs';

const SCRIPT = fileURLToPath(new URL('instance.mjs', import.meta.url));
const START_LIMIT = 60_000;
/** Milliseconds from SIGTERM to SIGKILL: the default of Kubernetes. */
const KILL_TIMEOUT = 30_000;

/** Running child processes, which are killed when this process exits. */
const alive = new Set();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** An instance of the application that can be restarted on the same port. */
export class InstanceProcess {
  #settings;
  #child;
  #output = '';

  /**
   * `application` and `adapter` are the arguments of `instance.mjs`; `environment` has additional variables. `agentPort`:
   * the port for the agent checks of HAProxy. Default: none. `startLimit`: milliseconds until it listens, and again until it is
   * ready.
   */
  constructor({ name, port, agentPort, application, adapter, environment = {}, startLimit = START_LIMIT }) {
    const ofAgent = agentPort === undefined ? {} : { AGENT_PORT: String(agentPort) };
    this.#settings = { application, adapter, environment: { ...ofAgent, ...environment }, startLimit };
    this.name = name;
    this.port = port;
    this.agentPort = agentPort;
  }

  /** Resolves when the instance is ready. */
  async start() {
    const { application, adapter, environment, startLimit } = this.#settings;
    const child = fork(SCRIPT, [application, adapter, String(this.port), this.name], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    alive.add(child);
    child.once('exit', () => alive.delete(child));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (this.#output += data));
    await this.#message('listening', startLimit);
    await until(() => this.#isReady(), { limit: startLimit, what: `${this.name} to be ready` });
  }

  /** Sends a command of the application and waits until it is done. */
  async command(command) {
    const isDone = this.#message(command, START_LIMIT);
    this.#child.send({ command });
    await isDone;
  }

  /**
   * Sends SIGTERM and waits for the exit. `grace` is the duration of the drain for an application that does not report its
   * end. All times are in milliseconds.
   */
  async stop({ grace } = {}) {
    const child = this.#child;
    const began = elapsed();
    let drained = grace;
    child.on('message', ({ event }) => {
      if (event === 'drained') drained ??= elapsed() - began;
    });
    const killing = setTimeout(() => child.kill('SIGKILL'), KILL_TIMEOUT);
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

  /** Output of all starts so far. */
  get output() {
    return this.#output;
  }

  kill() {
    this.#child?.kill('SIGKILL');
  }

  /** The process does nothing any more, but its connections stay open. */
  freeze() {
    this.#child.kill('SIGSTOP');
  }

  async #isReady() {
    const response = await fetch(`http://127.0.0.1:${this.port}/health/ready`, { headers: { connection: 'close' } });
    await response.body?.cancel();
    return response.ok;
  }

  #message(expected, limit) {
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
      const onExit = () => fail(`exited before its message "${expected}"`);
      const timer = setTimeout(() => fail(`did not send the message "${expected}" within ${limit} ms`), limit);
      child.on('message', onMessage);
      child.on('exit', onExit);
    });
  }
}
