import type { ServerResponse } from 'node:http';
import type { WireResponse } from './messages.js';

export function write(response: ServerResponse, { statusCode, fields, body }: WireResponse): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(statusCode, fields as string[]).end(body);
}

/** The response of a process that can serve no request, without the main thread. */
export function failure(reason: string): WireResponse {
  const body = JSON.stringify({ status: 'DOWN', reason });
  const headers = {
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'x-health-status': 'DOWN',
    'retry-after': '5',
    'content-length': String(Buffer.byteLength(body)),
  };
  return { statusCode: 503, fields: Object.entries(headers).flat(), body };
}
