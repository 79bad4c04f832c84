import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import { isHttp1 } from './watched-server.js';

/** The channel on which Node publishes every accepted connection, with or without TLS (nodejs.org, "Diagnostics Channel", `net.server.socket`). */
const CONNECTION = 'net.server.socket';

/**
 * Finds the servers that the application opened in addition to the adapter's, as in Nest's recipe for several servers:
 * `http.createServer(express).listen(80)`. A server is found at its first connection, by its request listener, which is the
 * adapter's instance. Servers of other applications in the process have other listeners.
 */
export class OwnServers {
  readonly #handlers = new Set<unknown>();
  readonly #onFound: (server: Server, socket: Socket) => void;
  readonly #examined = new WeakSet<object>();

  /** `onFound` receives each server once, with its first connection. */
  constructor(onFound: (server: Server, socket: Socket) => void) {
    this.#onFound = onFound;
  }

  /** `instance`: the Express application or the Fastify instance. */
  start(instance: unknown): void {
    for (const handler of handlersOf(instance)) this.#handlers.add(handler);
    subscribe(CONNECTION, this.#onConnection);
  }

  stop(): void {
    unsubscribe(CONNECTION, this.#onConnection);
  }

  readonly #onConnection = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket & { readonly server?: NetServer } };
    const { server } = socket;
    if (!server || !isHttp1(server) || this.#examined.has(server)) return;
    this.#examined.add(server);
    if (server.listeners('request').some((listener) => this.#handlers.has(listener))) this.#onFound(server, socket);
  };
}

/** An Express application is a request listener; Fastify's is `instance.routing`. */
function* handlersOf(instance: unknown): Iterable<unknown> {
  if (typeof instance === 'function') yield instance;
  const hasRouting = typeof instance === 'object' && instance !== null && 'routing' in instance;
  if (hasRouting && typeof instance.routing === 'function') yield instance.routing;
}
