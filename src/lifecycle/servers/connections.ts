import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { Server as NetServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { shutdownElapsed } from '../../core/shutdown-clock.js';
import type { RequestsInFlight } from '../../extension/requests-in-flight.js';
import { Http2Sessions } from './http2-sessions.js';
import { OpenRequests, pathOf } from './open-requests.js';
import { quietTurn } from './quiet-turn.js';
import { type WatchedServer, allowRepeatedClose, isHttp2 } from './watched-server.js';

/**
 * Properties that Node sets on the socket of an HTTP/1 connection: the response in progress, and the parser, which is
 * removed when another protocol takes over the socket (an upgrade to websockets). Both exist since Node 0.10.
 */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null;
  readonly parser?: object | null;
}

interface Connection {
  readonly acceptedAt: number;
  /** The TCP socket below TLS. Requests arrive on another socket, which `secureConnection` emits after the handshake. */
  readonly isBelowTls: boolean;
}

type RefusedListener = (path: string, response: Pick<ServerResponse, 'hasHeader'>) => void;

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

/**
 * The connections of the application's servers and, during the drain, their requests in flight. Before the drain a
 * connection costs one map entry, and a request of HTTP/1 costs nothing.
 */
export class Connections {
  readonly #sockets = new Map<HttpSocket, Connection>();
  #arrivals = 0;
  #begun = 0;
  readonly #requests = new OpenRequests<ServerResponse>();
  readonly #http2 = new Http2Sessions();
  readonly #servers = new Set<WatchedServer>();
  /** The servers that the application opens and closes itself. */
  readonly #adopted = new Set<Server>();
  #isDraining = false;
  readonly #refusedListeners: RefusedListener[] = [];

  /** Calls the listener for each request that gets a 503 during the drain. */
  onRefused(listener: RefusedListener): void {
    this.#refusedListeners.push(listener);
  }

  watch(server: WatchedServer): void {
    if (this.#servers.has(server)) return;
    this.#servers.add(server);
    server.on('connection', (socket) => this.#add(server, socket));
    server.on('secureConnection', (socket: TLSSocket) => this.#add(server, socket));
    if (isHttp2(server)) this.#http2.watch(server);
    if (this.#isDraining) this.#countRequests(server);
  }

  /** Watches a server that the application opened itself, and the connection that the server has already accepted. */
  adopt(server: Server, socket: Socket): void {
    if (this.#servers.has(server)) return;
    this.watch(server);
    this.#add(server, socket);
    this.#adopted.add(server);
  }

  /** Counts requests from now on. Each response closes its connection, so that clients connect to another instance. */
  beginDraining(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    for (const { _httpMessage: response } of this.#sockets.keys()) if (response) this.#count(response.req, response);
    for (const server of this.#servers) this.#countRequests(server);
    this.#http2.beginDraining();
  }

  /** The label and the age of each request in flight, for the log. */
  get open(): readonly string[] {
    return [...this.#requests.descriptions, ...this.#http2.requests.descriptions];
  }

  /** See `RequestsInFlight`. Of pipelined requests of one connection, only the first counts. */
  readonly inFlight: RequestsInFlight = (counts) => {
    if (this.#servers.size === 0) return undefined;
    const paths = [...this.#http2.requests.paths];
    for (const { _httpMessage: response } of this.#sockets.keys())
      if (response && !response.writableEnded) paths.push(pathOf(response.req.url));
    return paths.filter((path) => counts(path)).length;
  };

  /** Resolves when the requests that are in flight now have finished. It ignores later requests. */
  async whenCurrentDone(): Promise<void> {
    await Promise.all([this.#requests.whenCurrentDone(), this.#http2.requests.whenCurrentDone()]);
  }

  /** Accepts the connections that have arrived, for `limit` milliseconds at most, then none. Open connections stay open. */
  async stopListening(limit: number, signal?: AbortSignal): Promise<void> {
    if (this.isListening) {
      await quietTurn(() => this.#arrivals, limit, signal);
      for (const server of this.#servers) if (server.listening) this.#stopListening(server);
    }
    this.#http2.notifyAll();
  }

  /** Resolves when the requests that have arrived are read, also after a time in which the event loop was blocked. */
  async whenArrivalsRead(limit: number, signal?: AbortSignal): Promise<void> {
    if (this.hasOpenSockets) await quietTurn(() => this.#begun, limit, signal);
  }

  /** Whether a client that connected within the last `within` milliseconds has sent nothing yet. */
  hasNewConnections(within: number): boolean {
    const earliest = shutdownElapsed() - within;
    for (const [socket, { acceptedAt }] of this.#sockets) {
      if (acceptedAt > earliest && socket.bytesRead === 0) return true;
    }
    return false;
  }

  get isListening(): boolean {
    return [...this.#servers].some(({ listening }) => listening);
  }

  get hasOpenSockets(): boolean {
    return this.#sockets.size > 0;
  }

  /** Closes the connections without a request in flight. Connections of other protocols (websockets) stay open. */
  closeIdle(): { readonly idle: number; readonly silent: number } {
    let idle = this.#http2.closeIdle();
    let silent = 0;
    const secured = new Set([...this.#sockets.keys()].filter((socket) => socket instanceof TLSSocket).map(peerOf));
    for (const [socket, { isBelowTls }] of this.#sockets) {
      const isInHandshake = isBelowTls && !secured.has(peerOf(socket));
      // The last response has ended the connection, so it closes by itself.
      if (socket.writableEnded) continue;
      if (socket.bytesRead === 0 || isInHandshake) silent += 1;
      else if (!socket._httpMessage && socket.parser) idle += 1;
      else continue;
      socket.destroy();
    }
    return { idle, silent };
  }

  /** Closes the connections with requests in flight. */
  destroyBusy(): void {
    for (const response of this.#requests.keys) response.socket?.destroy();
    this.#http2.destroyAll();
  }

  #add(server: WatchedServer, socket: Socket): void {
    if (this.#sockets.has(socket)) return;
    this.#arrivals += 1;
    const isBelowTls = 'setSecureContext' in server && !(socket instanceof TLSSocket);
    this.#sockets.set(socket, { acceptedAt: shutdownElapsed(), isBelowTls });
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #stopListening(server: WatchedServer): void {
    // `close` of an HTTP server also closes idle connections, on which a request may be arriving.
    NetServer.prototype.close.call(server);
    if (this.#isAdopted(server)) allowRepeatedClose(server);
  }

  #isAdopted(server: WatchedServer): server is Server {
    return this.#adopted.has(server as Server);
  }

  #countRequests(server: WatchedServer): void {
    server.prependListener('request', (request: AnyRequest, response: AnyResponse) => {
      if (response instanceof ServerResponse) this.#count(request as IncomingMessage, response);
      else response.once('close', () => this.#reportRefusal(request, response));
    });
  }

  #count(request: IncomingMessage, response: ServerResponse): void {
    if (!response.headersSent) response.setHeader('connection', 'close');
    this.#begun += 1;
    this.#requests.begin(response, request.method, request.url);
    const finish = (): void => {
      if (this.#requests.finish(response)) this.#reportRefusal(request, response);
    };
    response.once('close', finish);
    // A pipelined response that waits behind others emits no `close` when its connection is lost.
    request.socket.once('close', finish);
  }

  #reportRefusal(request: AnyRequest, response: AnyResponse): void {
    if (response.statusCode !== 503) return;
    for (const listener of this.#refusedListeners) listener(pathOf(request.url), response);
  }
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
