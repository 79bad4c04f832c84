import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** A proxy in front of a server. When it is cut, it refuses connections like a stopped server. */
export class CutProxy {
  readonly #target: () => number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(target: () => number) {
    this.#target = target;
  }

  async mend(): Promise<void> {
    const server = createServer((client) => {
      const upstream = connect(this.#target(), '127.0.0.1');
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(from.setNoDelay(true));
        // The tested client must handle any end of a connection.
        from
          .on('error', () => undefined)
          .on('close', () => {
            this.#sockets.delete(from);
            to.destroy();
          });
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
