import type { ServerResponse } from 'node:http';
import { TEXT_ENCODING } from '../../endpoints/health-response.js';
import type { WireResponse } from './thread-messages.js';

export function writeWireResponse(response: ServerResponse, { statusCode, fields, body }: WireResponse): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(statusCode, fields as string[]).end(body, TEXT_ENCODING);
}
