import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Bounds the connections of a server so that a new one is always accepted: the connection whose last request is the oldest
 * is closed instead. A caller that opens many connections thus loses its own, and cannot lock out the probers.
 */
export class RecentConnections {
  /** In the order of the latest request or, before the first one, of the opening. */
  readonly #sockets = new Set<Socket>();
  readonly #most: number;

  constructor(server: Server, most: number) {
    this.#most = most;
    // Sockets that were closed for others may still be counted.
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
