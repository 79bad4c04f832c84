import { type RequestListener, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from './management-server.js';
import { RecentConnections } from './recent-connections.js';

/** Requests of probers are small. The limits prevent unknown callers from occupying memory and connections. */
const LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 72_000,
  connectionsCheckingInterval: 5000,
};
const MOST_CONNECTIONS = 1000;

/** Creates the server and listens. It does not keep the process alive. Both threads use it. */
export function listen(
  { port, host }: ListenAddress,
  respond: RequestListener,
): { readonly server: Server; readonly listening: Promise<AddressInfo> } {
  const server = createServer(LIMITS, (request, response) => {
    connections.touch(request.socket);
    respond(request, response);
  });
  const connections = new RecentConnections(server, MOST_CONNECTIONS);
  // The client must not send a body that is not used.
  server.on('checkContinue', (_request, response) => response.writeHead(417, { connection: 'close' }).end());
  server.on('connection', (socket) => socket.unref());
  const listening = new Promise<AddressInfo>((resolve, reject) => {
    server.once('error', reject);
    // Not shared among the workers of node:cluster, because a probe must reach its own process.
    server.listen({ port, ...(host !== undefined && { host }), exclusive: true }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
    server.unref();
  });
  return { server, listening };
}
