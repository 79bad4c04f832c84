import type { AddressInfo } from 'node:net';
import type { HealthMonitor } from '../extension/health-monitor.js';
import type { HealthHandler } from './health-handler.js';

/** The address to listen on. */
export interface ListenAddress {
  readonly port: number;
  readonly host: string | undefined;
}

/** The server of the management port. It responds as soon as it listens. */
export interface ManagementServer {
  /** Rejects with the error of the attempt to listen. */
  readonly listening: Promise<AddressInfo>;
  /** Sets the handler, so the paths are known. Every probe except `live` still responds that the application starts. */
  prepare(handler: HealthHandler): void;
  /** The application has started: the handler responds from now on. */
  open(monitor: HealthMonitor): void;
  /** Checks from now on that the application's own server accepts connections at this address. */
  watchMainServer(address: AddressInfo): void;
  /** The application shuts down, so its own server stops accepting connections. */
  drain(): void;
  /** Resolves when requests in flight have their responses, or after a second, and the port is free. */
  close(): Promise<void>;
}
