import { hasMethods } from '../../core/has-methods.js';

/** The used part of a connection of `@nats-io/transport-node`, or of the older package `nats`. */
export interface NatsConnection {
  /** Rejects at once while the client has no connection. */
  rtt(): Promise<number>;
  isClosed(): boolean;
  isDraining(): boolean;
  request(subject: string, payload?: Uint8Array, options?: { timeout: number }): Promise<{ readonly data: Uint8Array }>;
  /** The information that the server sent when the client connected. */
  readonly info?: { readonly server_name?: string } | undefined;
}

export function isNatsConnection(candidate: unknown): candidate is NatsConnection {
  return hasMethods(candidate, 'rtt', 'isClosed', 'isDraining', 'request');
}
