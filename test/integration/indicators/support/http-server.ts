import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http';
import { type TcpServer, track } from './tcp-server.js';

export interface HttpServer extends TcpServer {
  readonly origin: string;
  readonly requests: readonly IncomingMessage[];
}

/** An HTTP server on a free port of the loopback address. */
export async function startHttpServer(listener: RequestListener): Promise<HttpServer> {
  const requests: IncomingMessage[] = [];
  const server = await track(
    createServer((request, response) => {
      requests.push(request);
      listener(request, response);
    }),
  );
  return Object.assign(server, { origin: `http://${server.host}:${server.port}`, requests });
}

/** Responds to each request with the same status, type and body. */
export const respondWith =
  (status: number, body: unknown = '', type = 'application/json', headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  };
