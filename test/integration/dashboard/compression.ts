import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';

/**
 * What compressing middleware does: it looks at the head when it is written, leaves alone whoever says `no-transform`,
 * and else sends on what the compressor gives out, which keeps small pieces back until it has a block or the end.
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
