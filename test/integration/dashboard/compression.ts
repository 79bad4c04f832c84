import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';

/**
 * Acts like compressing middleware: it checks the headers when they are written and does not change a response with
 * `no-transform`.
 * Otherwise it sends the output of the compressor, which buffers small chunks until it has a block or the end.
 */
export function compress({ headers }: IncomingMessage, response: ServerResponse, next: () => void): void {
  const plain = {
    writeHead: response.writeHead.bind(response),
    write: response.write.bind(response),
    end: response.end.bind(response),
  };
  const isWelcome = String(headers['accept-encoding']).includes('gzip');
  response.writeHead = (statusCode: number, given?: unknown) => {
    for (const [name, value] of Object.entries((given ?? {}) as OutgoingHttpHeaders)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    const isForbidden = /no-transform/.test(String(response.getHeader('cache-control')));
    if (isWelcome && !isForbidden) {
      response.setHeader('content-encoding', 'gzip').removeHeader('content-length');
      const gzip = createGzip();
      gzip.on('data', (bytes: Buffer) => plain.write(bytes)).on('end', () => plain.end());
      response.write = (bytes: Buffer) => gzip.write(bytes);
      response.end = (bytes?: unknown) => {
        gzip.end(bytes as Buffer | string | undefined);
        return response;
      };
    }
    return plain.writeHead(statusCode);
  };
  next();
}
