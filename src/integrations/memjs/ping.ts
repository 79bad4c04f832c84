import { ClientCalls } from '../../clients/client-calls.js';
import { codedError, withCode } from '../../clients/error-codes.js';
import { type MemJsClient, type MemJsServer, type MemJsSocket, addressOf, socketOf } from './memjs-client.js';

type Stats = Readonly<Record<string, string>>;

/** The statistics of a server, or the reason why it sent none. */
export type ServerResponse = { readonly stats: Stats } | { readonly address: string; readonly error: unknown };

/** Shared by all indicators: two indicators with the same client share its requests. */
const pings = new ClientCalls<readonly ServerResponse[]>();

/** Requests the statistics of every server of the client, with one request to each server at a time. */
export function ping(client: MemJsClient, signal: AbortSignal): Promise<readonly ServerResponse[]> {
  return pings.call(client, signal, async () => {
    const requests = new Map(client.servers.map((server) => [addressOf(server), new StatsRequest(server)]));
    // The request cannot be cancelled. It ends when every server has responded, or after the client's own timeout.
    client.stats((error, address, stats) => requests.get(address)?.end(error, stats));
    for (const request of requests.values()) request.watch();
    return Promise.all([...requests.values()].map(({ response }) => response));
  });
}

/** A request that is under way to one server. */
class StatsRequest {
  readonly response: Promise<ServerResponse>;
  readonly #server: MemJsServer;
  #socket: MemJsSocket | undefined;
  #settle: (response: ServerResponse) => void = () => undefined;

  constructor(server: MemJsServer) {
    this.#server = server;
    this.response = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** If the server closes the connection during a request, the client never calls back. */
  watch(): void {
    this.#socket = socketOf(this.#server);
    this.#socket?.once('close', this.#onClose);
  }

  end(error: unknown, stats: Stats | null): void {
    this.#socket?.off('close', this.#onClose);
    if (stats) {
      this.#settle({ stats });
      return;
    }
    this.#discard();
    this.#settle({ address: addressOf(this.#server), error: explain(error) });
  }

  readonly #onClose = (): void => this.end(codedError('the server closed the connection', 'ECONNRESET'), null);

  /**
   * The client ends the connection to a server that is too slow, and keeps the socket until the server closes it, which a
   * frozen server does not do. When the old socket finally closes, the client would end its new connection.
   */
  #discard(): void {
    if (!this.#socket || socketOf(this.#server) === this.#socket) return;
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}

/** `memjs` reports a timeout by an error without a code, and a refused password by a string. */
function explain(error: unknown): unknown {
  return typeof error === 'string' ? new Error(error) : withCode(error, [[/^socket timed out/, 'ETIMEDOUT']]);
}
