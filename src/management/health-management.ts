import { rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { LoggerService } from '@nestjs/common';
import type { HealthHandler } from './health-handler.js';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import { LocalServer } from './local-server.js';
import { cannotOpen, isMainPort } from './cannot-open.js';
import type { ManagementSettings } from './management-options.js';
import type { ManagementServer } from './management-server.js';
import { ThreadServer } from './thread-server.js';

type Log = Pick<LoggerService, 'log' | 'warn' | 'error'>;

/** The ports of applications of this process that have not started yet. */
const starting = new Map<string, HealthManagement>();

/** The management port of one application. Inject it to read the port that `port: 0` has chosen. */
export class HealthManagement {
  readonly #settings: ManagementSettings;
  readonly #logger: Log;
  #server: ManagementServer | undefined;
  #address: AddressInfo | undefined;

  constructor(settings: ManagementSettings, logger: Log) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** The address on which the port listens. Undefined: the port is closed or `enabled` is false. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.#address && { host: this.#address.address, port: this.#address.port };
  }

  /** Opens the port. An application of this process that has failed to start releases the same port first. */
  async listen(): Promise<void> {
    const { enabled, thread, watchdog, port, host, portFile } = this.#settings;
    if (!enabled) return;
    await starting.get(this.#place)?.close();
    if (port !== 0) starting.set(this.#place, this);
    const server = thread
      ? new ThreadServer({ port, host }, watchdog, this.#logger)
      : new LocalServer({ port, host }, this.#logger);
    this.#server = server;
    try {
      this.#address = await server.listening;
      if (portFile !== undefined) writeFileSync(portFile, String(this.#address.port));
    } catch (error) {
      await this.close();
      throw new HealthConfigurationError([cannotOpen(this.#settings, error as NodeJS.ErrnoException)]);
    }
  }

  /** The configuration of `HealthModule` is known. */
  prepare(handler: HealthHandler): void {
    this.#server?.prepare(handler);
  }

  /** The application has started. */
  open(monitor: HealthMonitor, mainServer: unknown): void {
    const { mainPort } = this.#settings;
    this.#forget();
    const server = this.#server;
    if (!server || !this.#address) return;
    server.open(monitor);
    monitor.onState(({ phase }) => {
      if (phase === 'draining') server.drain();
    });
    const { address, port: actual } = this.#address;
    if (isServer(mainServer)) {
      onceListening(mainServer, (main) => server.watchMainServer(main));
      explainPortConflict(mainServer, actual);
    }
    const only = mainPort ? '' : ', and not on the port of the application';
    this.#logger.log(`Health endpoints listen on ${address.includes(':') ? `[${address}]` : address}:${actual}${only}`);
  }

  get #place(): string {
    const { host = '', port } = this.#settings;
    return `${host} ${port}`;
  }

  #forget(): void {
    if (starting.get(this.#place) === this) starting.delete(this.#place);
  }

  async close(): Promise<void> {
    const { portFile } = this.#settings;
    this.#forget();
    const server = this.#server;
    const isListening = this.#address !== undefined;
    this.#server = undefined;
    this.#address = undefined;
    if (!server) return;
    // A server that is about to listen cannot be closed yet.
    await server.listening.catch(() => undefined);
    await server.close();
    if (isListening && portFile !== undefined) rmSync(portFile, { force: true });
  }
}

interface MainServer {
  readonly listening: boolean;
  address(): AddressInfo | string | null;
  once(event: 'listening', listener: () => void): unknown;
  off(event: 'error', listener: (error: ListenError) => void): unknown;
  prependOnceListener(event: 'error', listener: (error: ListenError) => void): unknown;
  listenerCount(event: 'error'): number;
}

type ListenError = NodeJS.ErrnoException & { readonly port?: number };

/**
 * Replaces the message of the error of an application that listens on its own management port by that of a configuration
 * fault. The listener is called before that of Nest, which rejects `listen()` with the error.
 */
function explainPortConflict(mainServer: MainServer, managementPort: number): void {
  if (mainServer.listening) return;
  const explain = (error: ListenError): void => {
    if (error.code === 'EADDRINUSE' && error.port === managementPort) {
      const { message } = new HealthConfigurationError([isMainPort(managementPort)]);
      if (error.stack !== undefined) error.stack = error.stack.replace(error.message, () => message);
      error.message = message;
    }
    // Without another listener, the error must be thrown as if this one did not exist.
    if (mainServer.listenerCount('error') === 0) throw error;
  };
  mainServer.prependOnceListener('error', explain);
  mainServer.once('listening', () => mainServer.off('error', explain));
}

function isServer(server: unknown): server is MainServer {
  return typeof server === 'object' && server !== null && 'listening' in server && 'address' in server;
}

/** The server may also listen on a Unix socket, which cannot be checked by port. */
function onceListening(server: MainServer, act: (address: AddressInfo) => void): void {
  const read = (): void => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) act(address);
  };
  if (server.listening) read();
  else server.once('listening', read);
}
