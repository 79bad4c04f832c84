import { Server } from 'node:http';
import type { Http2Server } from 'node:http2';
import { Server as TlsServer } from 'node:https';
import { Server as NetServer } from 'node:net';

/** A server for HTTP/1, HTTP/2, or both, with or without TLS. */
export type WatchedServer = Server | Http2Server;

/** Whether requests of this server can be counted. node:http2 exports no classes, so a method identifies its servers. */
export function isWatchable(server: unknown): server is WatchedServer {
  if (server instanceof Server || server instanceof TlsServer) return true;
  return server instanceof NetServer && isHttp2(server);
}

export function isHttp2(server: NetServer): server is Http2Server {
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
