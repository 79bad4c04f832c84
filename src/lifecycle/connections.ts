import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { elapsed } from '../core/shutdown-clock.js';
import { quietTurn } from './quiet-turn.js';

/**
 * What Node keeps on the socket of an HTTP/1 connection: the response being worked on, and the parser, which goes when
 * another protocol takes the socket over (an upgrade to websockets). Both have been there since Node 0.10.
 */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null;
  readonly parser?: object | null;
}

interface OpenRequest {
  readonly label: string;
  readonly since: number;
}

/**
 * Knows the connections of a server, and while it is being drained its requests in flight. Until then a connection
 * costs one entry in a map, and a request costs nothing.
 */
export class Connections {
  /** Each with the time at which it was accepted. */
  readonly #sockets = new Map<HttpSocket, number>();
  #arrivals = 0;
  readonly #requests = new Map<ServerResponse, OpenRequest>();
  #waiting: (() => void)[] = [];
  readonly #servers = new Set<Server>();
  #isDraining = false;
  readonly #onRefused: (path: string, response: ServerResponse) => void;

  /** `onRefused` is called for each request that is answered 503 during the drain. */
  constructor(onRefused: (path: string, response: ServerResponse) => void) {
    this.#onRefused = onRefused;
  }

  watch(server: Server): void {
    this.#servers.add(server);
    const add = (socket: Socket): void => {
      this.#arrivals += 1;
      this.#sockets.set(socket, elapsed());
      socket.once('close', () => this.#sockets.delete(socket));
    };
    server.on('connection', add);
    // Over TLS, requests run on the socket that this event brings; the raw one below it comes with the other.
    server.on('secureConnection', add);
  }

  /** From now on requests are counted, and each response closes its connection, so that clients go elsewhere. */
  beginDraining(): void {
    if (this.#servers.size === 0 || this.#isDraining) return;
    this.#isDraining = true;
    for (const { _httpMessage: response } of this.#sockets.keys()) if (response) this.#count(response.req, response);
    const count = (request: IncomingMessage, response: ServerResponse): void => this.#count(request, response);
    for (const server of this.#servers) server.prependListener('request', count);
  }

  /** Requests in flight, in words. */
  get open(): readonly string[] {
    const now = elapsed();
    return [...this.#requests.values()].map(({ label, since }) => `${label} (for ${Math.round(now - since)} ms)`);
  }

  /** Resolves when the requests that are in flight now are done, whatever has come since. */
  async whenPresentDone(): Promise<void> {
    const present = [...this.#requests.keys()];
    while (present.some((response) => this.#requests.has(response))) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Accepts those who have come by now, and then no more connections. Those that are open stay so. */
  async stopListening(): Promise<void> {
    if (!this.isListening) return;
    await quietTurn(() => this.#arrivals);
    // A server for HTTP would close idle connections with it, on which a request may be on its way.
    for (const server of this.#servers) if (server.listening) NetServer.prototype.close.call(server);
  }

  /** Whether somebody connected within so many milliseconds, and has not said a word yet. */
  hasNewcomers(within: number): boolean {
    const earliest = elapsed() - within;
    for (const [socket, acceptedAt] of this.#sockets) if (acceptedAt > earliest && socket.bytesRead === 0) return true;
    return false;
  }

  get isListening(): boolean {
    return [...this.#servers].some(({ listening }) => listening);
  }

  get hasOpenSockets(): boolean {
    return this.#sockets.size > 0;
  }

  /** Closes the connections on which nothing is going on. Those that another protocol has taken over are not ours to close. */
  closeIdle(): { readonly idle: number; readonly silent: number } {
    let idle = 0;
    let silent = 0;
    const isTls = [...this.#servers].some((server) => 'setSecureContext' in server);
    const isSecure = (socket: Socket): boolean => socket instanceof TLSSocket;
    const secured = new Set([...this.#sockets.keys()].filter(isSecure).map(peerOf));
    for (const socket of this.#sockets.keys()) {
      const isShakingHands = isTls && !isSecure(socket) && !secured.has(peerOf(socket));
      // What has answered its last request is on its way out by itself.
      if (socket.writableEnded) continue;
      if (socket.bytesRead === 0 || isShakingHands) silent += 1;
      else if (!socket._httpMessage && socket.parser) idle += 1;
      else continue;
      socket.destroy();
    }
    return { idle, silent };
  }

  /** Ends what is left, in the middle of its work. */
  destroyBusy(): void {
    for (const response of this.#requests.keys()) response.socket?.destroy();
  }

  #count(request: IncomingMessage, response: ServerResponse): void {
    if (!response.headersSent) response.setHeader('connection', 'close');
    this.#requests.set(response, { label: `${request.method} ${pathOf(request)}`, since: elapsed() });
    const over = (): void => {
      if (!this.#requests.delete(response)) return;
      if (response.statusCode === 503) this.#onRefused(pathOf(request), response);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
    };
    response.once('close', over);
    // A response that waits behind others on its connection is never told that the connection is gone.
    request.socket.once('close', over);
  }
}

/** The path without its query, which may hold anything. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
