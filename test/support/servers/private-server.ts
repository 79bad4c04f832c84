import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { type SystemUser, systemUser } from './system-user.js';
import { freezeTree, killTree, thawTree } from './process-tree.js';

/** The address and the login of a server. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Random, so that a text that contains the password can only have it from here. */
  readonly password: string;
  /** The same values in one URL. */
  readonly url: string;
}

/** The address of a server, known before its start. */
export interface ServerPlace {
  readonly folder: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A program, run to completion or as a server. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** How to run one kind of server with the program that is installed on the machine. */
export interface ServerKind {
  /** The name of the server for sentences. */
  readonly name: string;
  /** The programs that it needs, as `findProgram` returns them. */
  readonly programs: readonly string[];
  /** The system user for the server, if the tests run as root and the server refuses to. */
  readonly systemUser?: string;
  readonly user: string;
  /** `scheme:` of its URLs. */
  readonly scheme: string;
  /** Runs once, in the empty folder. */
  prepare?(place: ServerPlace, run: (command: Command) => Promise<void>): void | Promise<void>;
  command(place: ServerPlace): Command;
  /** The output of the server when it accepts requests. */
  readonly ready: RegExp;
}

/** The time limit of a start: some servers are slow, and the machine may be busy. */
const PATIENCE = 90_000;
const TRIES = 3;
const KEPT_OUTPUT = 4000;

/** A private server of the test, on the loopback address and in a temporary folder, that can be made to fail. */
export class PrivateServer {
  readonly #kind: ServerKind;
  readonly #place: ServerPlace;
  readonly #owner: SystemUser | undefined;
  readonly #guard: ChildProcess;
  #process: ChildProcess | undefined;

  private constructor(kind: ServerKind, place: ServerPlace, owner: SystemUser | undefined) {
    this.#kind = kind;
    this.#place = place;
    this.#owner = owner;
    const script = join(import.meta.dirname, 'guard.sh');
    this.#guard = spawn('/bin/sh', [script, place.folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#guard.unref();
  }

  static async start(kind: ServerKind): Promise<PrivateServer> {
    for (let tries = 1; ; tries += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-'));
      const owner = kind.systemUser === undefined ? undefined : systemUser(kind.systemUser);
      if (owner) chownSync(folder, owner.uid, owner.gid);
      chmodSync(folder, 0o700);
      const password = `secret-${randomBytes(6).toString('hex')}`;
      const server = new PrivateServer(kind, { folder, port: await freePort(), user: kind.user, password }, owner);
      try {
        await kind.prepare?.(server.#place, (command) => server.#run(command));
        await server.#launch();
        return server;
      } catch (error) {
        await server.stop();
        // Another process may have taken the port.
        if (tries === TRIES) throw error;
      }
    }
  }

  get port(): number {
    return this.#place.port;
  }

  /** The address of the server, or of a proxy in front of it. */
  address(port = this.port): ServerAddress {
    const { user, password } = this.#place;
    const host = '127.0.0.1';
    return { host, port, user, password, url: `${this.#kind.scheme}//${user}:${password}@${host}:${port}` };
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Freezes every process of the server. The system still accepts connections for it. */
  freeze(): void {
    if (this.#process?.pid !== undefined) freezeTree(this.#process.pid);
  }

  thaw(): void {
    if (this.#process?.pid !== undefined) thawTree(this.#process.pid);
  }

  /** Ends the server at once, like a crash. Connections are refused after that. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (!running) return;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    if (running.pid !== undefined) await killTree(running.pid);
    await exited;
    this.#process = undefined;
    await this.#closed();
  }

  /** Restarts the server, in the same folder and on the same port. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#launch();
  }

  /** Ends the server and deletes its folder. */
  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#guard.once('exit', resolve));
    this.#guard.stdin?.end();
    await gone;
    this.#process = undefined;
  }

  async #launch(): Promise<void> {
    const child = this.#spawn(this.#kind.command(this.#place), ['ignore', 'pipe', 'pipe']);
    this.#process = child;
    this.#guard.stdin?.write(`${child.pid}\n`);
    child.unref();
    await new Promise<void>((resolve, reject) => {
      let output = '';
      const fail = (why: string): void => reject(new Error(`${this.#kind.name} ${why}:\n${output}`));
      const timer = setTimeout(() => fail(`was not ready after ${PATIENCE} ms`), PATIENCE);
      const read = (text: string): void => {
        output = (output + text).slice(-KEPT_OUTPUT);
        if (!this.#kind.ready.test(output)) return;
        clearTimeout(timer);
        resolve();
      };
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', read);
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        fail(`has ended (${code ?? signal})`);
      });
    });
  }

  async #run(command: Command): Promise<void> {
    const child = this.#spawn(command, ['ignore', 'pipe', 'pipe']);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(`${command.file} has ended with ${String(code)}:\n${output.slice(-KEPT_OUTPUT)}`);
  }

  #spawn({ file, args, environment }: Command, stdio: StdioOptions): ChildProcess {
    return spawn(file, args, {
      cwd: this.#place.folder,
      env: { PATH: process.env['PATH'], HOME: this.#place.folder, LC_ALL: 'C.UTF-8', ...environment },
      stdio,
      ...this.#owner,
    });
  }

  /** The system closes the sockets of a killed process shortly after its parent was notified. */
  async #closed(): Promise<void> {
    for (;;) {
      const isOpen = await new Promise<boolean>((resolve) => {
        const socket = connect(this.port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });
      if (!isOpen) return;
    }
  }
}
