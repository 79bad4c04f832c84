import { hasMethods } from '../../core/has-methods.js';

/** The used part of a socket of `memjs` to one server. */
export interface MemJsSocket {
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
  removeAllListeners(event: 'close'): unknown;
  destroy(): unknown;
}

/** The used part of a server of a client. */
export interface MemJsServer {
  readonly host: string;
  readonly port: number | string;
  /** Present while the connection is open or opening. */
  readonly _socket?: MemJsSocket | undefined;
}

/** The used part of a `Client` of `memjs`. */
export interface MemJsClient {
  readonly servers: readonly MemJsServer[];
  /** Calls back once for each server. */
  stats(callback: (error: unknown, server: string, stats: Readonly<Record<string, string>> | null) => void): void;
}

export function isMemJsClient(candidate: unknown): candidate is MemJsClient {
  return hasMethods(candidate, 'stats') && Array.isArray(Reflect.get(candidate, 'servers'));
}

/** The socket. Its private name is the same in every version. Undefined: only the client manages the connection. */
export function socketOf({ _socket: socket }: MemJsServer): MemJsSocket | undefined {
  return socket;
}

/** The name of a server in the callback of the client. */
export const addressOf = ({ host, port }: MemJsServer): string => `${host}:${port}`;
