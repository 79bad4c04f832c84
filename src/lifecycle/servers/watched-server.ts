import type { Server } from 'node:http';
import type { Http2Server } from 'node:http2';
import { Server as NetServer } from 'node:net';

/** A server for HTTP/1, HTTP/2, or both, with or without TLS. */
export type WatchedServer = Server | Http2Server;

/** Whether requests of this server can be counted. */
export function isWatchable(server: unknown): server is WatchedServer {
  return server instanceof NetServer && (isHttp1(server) || isHttp2(server));
}

/** Identifies the servers of node:http and node:https by a method, because an import of node:https adds to the start. */
export function isHttp1(server: NetServer): server is Server {
  return 'closeIdleConnections' in server && !isHttp2(server);
}

/** node:http2 exports no classes, so a method identifies its servers. */
export function isHttp2(server: NetServer): server is NetServer & Http2Server {
  return 'updateSettings' in server;
}

/**
 * Makes `close()` succeed on a server that the drain has closed. The application closes its own servers in a shutdown hook,
 * and Nest's recipe for that rejects when `close()` reports that the server is already closed.
 */
export function allowRepeatedClose(server: Server): void {
  let isClosed = false;
  server.once('close', () => (isClosed = true));
  server.close = (callback) => {
    if (callback) {
      if (isClosed) process.nextTick(callback);
      else server.once('close', () => callback());
    }
    return server;
  };
}
