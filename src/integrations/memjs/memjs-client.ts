/** What is used of a connection of `memjs`: of the socket by which it talks to one server. */
export interface MemJsSocket {
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
  removeAllListeners(event: 'close'): unknown;
  destroy(): unknown;
}

/** What is used of one of the servers of a client. */
export interface MemJsServer {
  readonly host: string;
  readonly port: number | string;
  /** While there is a connection, or one is being made. */
  readonly _socket?: MemJsSocket | undefined;
}

/** What is used of a `Client` of `memjs`. */
export interface MemJsClient {
  readonly servers: readonly MemJsServer[];
  /** Calls back once for each server. */
  stats(callback: (error: unknown, server: string, stats: Readonly<Record<string, string>> | null) => void): void;
}

export function isMemJsClient(candidate: unknown): candidate is MemJsClient {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    Array.isArray(Reflect.get(candidate, 'servers')) &&
    typeof Reflect.get(candidate, 'stats') === 'function'
  );
}

/** The socket under the name that it has always had. Should that change, a connection is left to the client itself. */
export function socketOf({ _socket: socket }: MemJsServer): MemJsSocket | undefined {
  return socket;
}

/** What the client calls a server. */
export const addressOf = ({ host, port }: MemJsServer): string => `${host}:${port}`;
