import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../time.mjs';

const START_LIMIT = 10_000;
/** Distributions install servers in these folders, which are often missing in the PATH of other users than root. */
const PATH = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Whether a program is installed on this machine. */
export function isInstalled(command) {
  try {
    execFileSync('which', [command], { env: { PATH }, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const VERSION_OPTION = { caddy: 'version', varnishd: '-V' };

/** First line of the version output: `HAProxy version 2.6.12-1`, `nginx version: nginx/1.22.1`, `caddy 2.6.2`. */
export function versionOf(command) {
  const option = VERSION_OPTION[command] ?? '-v';
  const { stdout, stderr } = spawnSync(command, [option], { env: { PATH }, encoding: 'utf8' });
  const line = `${stdout}${stderr}`.split('\n', 1)[0].replace(/ \d{4}\/.*/, '');
  return /^v?\d/.test(line) ? `${command} ${line}` : line;
}

/** Runs a program to completion. Throws with its output if it fails. `home`: the home folder for its files. Default: none. */
export function run(command, parameters, home) {
  try {
    execFileSync(command, parameters, { env: { PATH, ...(home && { HOME: home }) }, stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    throw new Error(`${command} ${parameters.join(' ')}:\n${error.stdout}${error.stderr}`, { cause: error });
  }
}

/** A balancer as a child process, with its own files and ports, independent of a balancer of the system. */
export class PrivateProcess {
  #child;
  #onExit = () => {
    // SIGTERM, because the workers of nginx survive a SIGKILL of the main process.
    this.#child?.kill('SIGTERM');
    this.#remove();
  };

  constructor(name) {
    this.name = name;
    this.folder = mkdtempSync(join(tmpdir(), `${name}-`));
  }

  async start(command, parameters, port) {
    const log = openSync(join(this.folder, 'output.log'), 'a');
    const env = { PATH, HOME: this.folder };
    this.#child = spawn(command, parameters, { env, stdio: ['ignore', log, log] });
    closeSync(log);
    process.on('exit', this.#onExit);
    await until(() => this.#accepts(port), { limit: START_LIMIT, what: `${this.name} to listen` });
  }

  /** Content of one of its files. */
  read(file) {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  async stop() {
    process.off('exit', this.#onExit);
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) {
      const isOver = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await isOver;
    }
    this.#remove();
  }

  #remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #accepts(port) {
    if (this.#child.exitCode !== null) throw new Error(`${this.name} has ended: ${this.read('output.log')}`);
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } finally {
      socket.destroy();
    }
  }
}
