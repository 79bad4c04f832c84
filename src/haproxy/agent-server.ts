import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';

/** HAProxy opens one connection for each check of each backend. Further connections are closed at once. */
const MOST_CONNECTIONS = 100;
/** Milliseconds after which an unfinished connection is closed. */
const LONGEST_CONNECTION = 5000;

/** Returns the line for one caller. Never rejects. */
export type LineFor = (address: string) => string | Promise<string>;

/** A TCP server that sends one line to each caller and closes the connection. It does not keep the process alive. */
export class AgentServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(lineFor: LineFor) {
    this.#server = createServer((socket) => void this.#respond(socket, lineFor));
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** Rejects with the error of the system. */
  listen(port: number, host: string): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      // Not shared among the workers of node:cluster: a check must reach the process whose state it reports.
      this.#server.listen({ port, host, exclusive: true }, () => {
        this.#server.off('error', reject);
        // Without a listener, an error while a connection is accepted ends the process.
        this.#server.on('error', () => undefined);
        resolve(this.#server.address() as AddressInfo);
      });
      this.#server.unref();
    });
  }

  /** Stops listening and closes the open connections. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #respond(socket: Socket, lineFor: LineFor): Promise<void> {
    this.#sockets.add(socket);
    const limit = setTimeout(() => socket.destroy(), LONGEST_CONNECTION);
    limit.unref();
    socket.unref();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(limit);
      this.#sockets.delete(socket);
    });
    // The text of `agent-send`. Closing a socket with unread data resets the connection, and the line could be lost.
    socket.resume();
    const { remoteAddress = '' } = socket;
    socket.end(await lineFor(remoteAddress));
  }
}
