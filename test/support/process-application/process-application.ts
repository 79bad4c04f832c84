import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { vi } from 'vitest';
import type { Configuration } from './application/configuration.js';
import type { Command, Event } from './application/outside.js';
import { type NestVersion, compileApplication } from './compile.js';
import { RawConnection } from './raw-connection.js';
import { isListing } from '../captured-log.js';
import { afterThisTest } from '../concurrent-tests.js';

const ANNOUNCEMENT = /^Shutting down: waiting for /;

/** Milliseconds. The longest wait for an expected event on a busy machine. */
export const PATIENCE = 60_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ReceivedResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly host?: string;
}

/** An application in its own process, with real signals and a real port. It is killed when its test ends. */
export class ProcessApplication {
  readonly events: Event[] = [];
  port = 0;
  readonly #child: ChildProcess;
  readonly #isTls: boolean;
  #errors = '';
  #exit: Exit | undefined;
  #exitedAt = 0;

  private constructor(nest: NestVersion, configuration: Configuration, variables: Readonly<Record<string, string>>) {
    this.#isTls = configuration.options?.httpsOptions !== undefined;
    const main = compileApplication(nest);
    const file = configuration.cluster === true ? join(dirname(main), 'primary.js') : main;
    this.#child = spawn(process.execPath, [file], {
      env: { APPLICATION: JSON.stringify(configuration), ...variables },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    if (this.#child.stdout) {
      createInterface(this.#child.stdout).on('line', (line) => this.events.push(JSON.parse(line) as Event));
    }
    // `close` comes after the last output of the process. `exit` may come before it.
    this.#child.on('exit', () => (this.#exitedAt = Date.now()));
    this.#child.on('close', (code, signal) => (this.#exit = { code, signal }));
    afterThisTest(() => {
      this.#child.kill('SIGKILL');
    });
  }

  /** Starts an application without waiting for it. */
  static spawn(
    nest: NestVersion,
    configuration: Configuration,
    variables: Readonly<Record<string, string>> = {},
  ): ProcessApplication {
    return new ProcessApplication(nest, configuration, variables);
  }

  /** Starts an application, and waits until it listens. */
  static async start(
    nest: NestVersion,
    configuration: Configuration,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<ProcessApplication> {
    const application = ProcessApplication.spawn(nest, configuration, variables);
    await application.listening();
    return application;
  }

  async listening(): Promise<void> {
    const { port } = await this.event('listening');
    this.port = Number(port);
  }

  /** Resolves when the application has sent this event so many times. */
  async event(name: string, times = 1): Promise<Event> {
    return this.until(`event "${name}"`, () => this.eventsOf(name)[times - 1]);
  }

  eventsOf(name: string): Event[] {
    return this.events.filter(({ event }) => event === name);
  }

  /** The names of the events among `names`, in the order in which they happened. */
  orderOf(...names: string[]): string[] {
    return this.events.map(({ event }) => event).filter((event) => names.includes(event));
  }

  /** The lines of the library, without the list of indicators and without those that announce a wait. */
  log(level?: string): string[] {
    return this.#lines(level).filter((text) => !isListing({ text }) && !ANNOUNCEMENT.test(text));
  }

  /** The lines that announce a wait of the shutdown. */
  get announcements(): string[] {
    return this.#lines().filter((text) => ANNOUNCEMENT.test(text));
  }

  #lines(level?: string): string[] {
    return this.eventsOf('log')
      .filter((line) => line['context'] === 'Health' && (level === undefined || line['level'] === level))
      .map((line) => String(line['text']));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a command and waits until it was executed. */
  async command(command: string, name?: string): Promise<void> {
    const before = this.eventsOf('obeyed').length;
    this.#send({ command, ...(name !== undefined && { name }) });
    await this.event('obeyed', before + 1);
  }

  /** Opens the gate: all code that waits at the gate of this name continues. */
  open(name: string): void {
    this.#send({ command: 'open', name });
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async exited(): Promise<Exit> {
    return this.until('exit', () => this.#exit);
  }

  /** Milliseconds from `since` until the process has ended. */
  async exitedAfter(since: number): Promise<number> {
    await this.exited();
    return this.#exitedAt - since;
  }

  ask(path: string, { method = 'GET', headers = {}, host = '127.0.0.1' }: Question = {}): Promise<ReceivedResponse> {
    // A separate keep-alive connection, so that the response shows whether the server closes it.
    const agent = this.#isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
    const send = this.#isTls ? httpsRequest : httpRequest;
    const received = new Promise<ReceivedResponse>((resolve, reject) => {
      const request = send(
        { host, port: this.port, path, method, headers, agent, rejectUnauthorized: false },
        (response) => {
          let body = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (body += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end();
    }).finally(() => agent.destroy());
    // A test that fails before it awaits the response would otherwise have a second failure.
    received.catch(() => undefined);
    return received;
  }

  async statusOf(path: string): Promise<number> {
    return (await this.ask(path)).status;
  }

  /** The addresses among `hosts` on which the application responds. */
  async reachable(...hosts: readonly string[]): Promise<readonly string[]> {
    const responses = await Promise.allSettled(hosts.map((host) => this.ask('/order', { host })));
    return hosts.filter((_, index) => responses[index]?.status === 'fulfilled');
  }

  /** Resolves when the application has begun to drain, as a client sees it. */
  async draining(host = '127.0.0.1'): Promise<ReceivedResponse> {
    return this.until('503 on ready', async () => {
      const response = await this.ask('/health/ready', { host, headers: { 'user-agent': 'kube-probe/1.31' } });
      return response.status === 503 && response.body.includes('OUT_OF_SERVICE') ? response : undefined;
    });
  }

  connect(host?: string): Promise<RawConnection> {
    const connection = RawConnection.open(this.port, host);
    afterThisTest(async () => (await connection).destroy());
    return connection;
  }

  /** A connection with a request in progress. */
  async busyConnection(path: string, host?: string): Promise<RawConnection> {
    const connection = await this.connect(host);
    const before = this.eventsOf('working').length;
    connection.get(path);
    await this.event('working', before + 1);
    return connection;
  }

  /** A connection that stays open after a request. */
  async idleConnection(host?: string): Promise<RawConnection> {
    const connection = await this.connect(host);
    connection.get('/order');
    await connection.waitFor('rows');
    return connection;
  }

  /** Polls until `look` returns a value. */
  async until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    return vi.waitFor(
      async () => {
        const found = await look();
        if (found === undefined) throw new Error(`Still no ${what}.\n${this.#described()}`);
        return found;
      },
      { timeout: PATIENCE, interval: 10 },
    );
  }

  #send(command: Command): void {
    this.#child.send(command);
  }

  #described(): string {
    return `${this.events.map((event) => JSON.stringify(event)).join('\n')}\n${this.#errors}`;
  }
}
