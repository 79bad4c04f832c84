import type { HttpServer, LoggerService } from '@nestjs/common';
import type { Connections } from './connections.js';
import { OwnServers } from './own-servers.js';
import { isWatchable } from './watched-server.js';

const REFUSALS_BY_NEST =
  'return503OnClosing makes every route respond with 503 as soon as a shutdown begins, live included, so requests that ' +
  'balancers still send are lost. Remove it: ready responds with 503 without it.';

const UNKNOWN_SERVER =
  'The server is neither of node:http, node:https nor node:http2. A shutdown waits for balancers, but not for the ' +
  "server's requests in flight. Announce them with delayShutdown.";

/** Finds the HTTP servers of the application, so that the drain includes their connections. */
export class ServerWatch {
  readonly #connections: Connections;
  readonly #ownServers: OwnServers;
  readonly #logger: Pick<LoggerService, 'warn'>;
  #hasWarned = false;

  /** `path`: the path of the health endpoints. */
  constructor(connections: Connections, path: string, logger: Pick<LoggerService, 'warn'>) {
    this.#connections = connections;
    this.#ownServers = new OwnServers((server, socket) => connections.adopt(server, socket));
    this.#logger = logger;
    connections.onRefused((refused, response) => {
      const isProbe = refused.includes(`/${path}`);
      if (isProbe && !response.hasHeader('x-health-status')) this.#warnOfRefusalsByNest();
    });
  }

  /** Watches the adapter's servers. Call it before they listen. */
  attach(adapter: HttpServer): void {
    this.#watch(adapter.getHttpServer());
    const instance: unknown = adapter.getInstance();
    if (isFastify(instance)) {
      instance.addHook('onListen', (done) => {
        for (const server of additionalServers(instance)) this.#watch(server);
        done();
      });
    }
    if ('return503OnClosing' in adapter && adapter.return503OnClosing === true) this.#warnOfRefusalsByNest();
  }

  /** Begins to look for servers that the application opens itself with the adapter's request listener. */
  start(adapter: HttpServer): void {
    this.#ownServers.start(adapter.getInstance());
  }

  stop(): void {
    this.#ownServers.stop();
  }

  #watch(server: unknown): void {
    if (isWatchable(server)) this.#connections.watch(server);
    else this.#logger.warn(UNKNOWN_SERVER);
  }

  #warnOfRefusalsByNest(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#logger.warn(REFUSALS_BY_NEST);
  }
}

interface Fastify {
  addHook(name: 'onListen', hook: (done: () => void) => void): unknown;
}

function isFastify(instance: unknown): instance is Fastify {
  return typeof instance === 'object' && instance !== null && 'addHook' in instance;
}

/** Fastify opens one more server for each further address of `localhost`, and its API returns the first one only. */
function additionalServers(instance: object): readonly unknown[] {
  const key = Object.getOwnPropertySymbols(instance).find(
    ({ description }) => description === 'fastify.serverBindings',
  );
  const servers: unknown = key && Reflect.get(instance, key);
  return Array.isArray(servers) ? servers : [];
}
