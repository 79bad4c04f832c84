import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Limits the connections of a server, and still accepts every new one: the connection with the oldest last request is closed
 * instead. So a caller that opens many connections loses its own, and does not exclude the probers.
 */
export class RecentConnections {
  /** In the order of the latest request or, before the first one, of the opening. */
  readonly #sockets = new Set<Socket>();
  readonly #most: number;

  constructor(server: Server, most: number) {
    this.#most = most;
    // Sockets that were closed for newer ones may still be counted.
    server.maxConnections = 2 * most;
    server.on('connection', (socket: Socket) => this.#add(socket));
  }

  /** A request has arrived on this connection. */
  touch(socket: Socket): void {
    if (this.#sockets.delete(socket)) this.#sockets.add(socket);
  }

  #add(socket: Socket): void {
    const [oldest] = this.#sockets;
    if (oldest && this.#sockets.size >= this.#most) {
      this.#sockets.delete(oldest);
      oldest.destroy();
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
