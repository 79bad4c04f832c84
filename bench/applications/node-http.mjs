import { createServer } from 'node:http';
import { once } from 'node:events';

/** The cost of Node itself for a response of this size: the minimum for every framework. */
export async function startNodeHttp(_subject, { text }) {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
  const server = createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
