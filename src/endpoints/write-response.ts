import type { ServerResponse } from 'node:http';
import type { EndpointOutlet } from '../observation/health-endpoints.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthResponse, ResponseHeaders } from './health-response.js';

/** What is used of a Fastify reply. */
interface FastifyReply {
  readonly raw: ServerResponse;
  readonly request: HealthRequest;
  readonly sent: boolean;
  code(statusCode: number): FastifyReply;
  headers(headers: ResponseHeaders): FastifyReply;
  getHeaders(): object;
  hijack(): unknown;
  send(body: string | Buffer): unknown;
}

/** The response object of any adapter: Express and node:http hand out Node's own, Fastify wraps it. */
export type AdapterResponse = ServerResponse | FastifyReply;

/** Hands finished bytes to the server. Nothing is written if somebody has answered already. */
export function writeResponse(response: AdapterResponse, answer: HealthResponse): void {
  if (answer.open) beginStream(response, answer, answer.open);
  else if ('raw' in response) writeToFastify(response, answer);
  // Past res.send() of Express, which would add an ETag and turn a probe with If-None-Match into a 304.
  else if (!response.headersSent) response.writeHead(answer.statusCode, { ...answer.headers }).end(answer.body);
}

/**
 * Fastify would check and copy what is finished already, so it is passed by, unless somebody takes part in the answer:
 * a plugin that has set headers, or a middleware that has put its own `writeHead` in place. `onResponse` hooks run
 * either way.
 */
function writeToFastify(reply: FastifyReply, { statusCode, headers, fields, body }: HealthResponse): void {
  if (reply.sent) return;
  if (Object.hasOwn(reply.raw, 'writeHead') || !isEmpty(reply.getHeaders())) {
    reply.code(statusCode).headers(headers).send(body);
    return;
  }
  reply.hijack();
  reply.raw.writeHead(statusCode, fields).end(body);
}

function isEmpty(headers: object): boolean {
  for (const name in headers) return name === '';
  return true;
}

/** Nobody may wait for the end of such an answer before sending its beginning, so it goes past Fastify as well. */
function beginStream(
  response: AdapterResponse,
  { statusCode, headers }: HealthResponse,
  open: (outlet: EndpointOutlet) => void,
): void {
  const isFastify = 'raw' in response;
  const raw = isFastify ? response.raw : response;
  if (raw.headersSent || (isFastify && response.sent)) return;
  if (isFastify) response.hijack();
  // Who has gone while the answer was made will not close again, and would be kept for ever.
  if (raw.destroyed) return;
  raw.writeHead(statusCode, { ...(isFastify && response.getHeaders()), ...headers });
  if (raw.req.method === 'HEAD') raw.end();
  else open(new ResponseOutlet(raw));
}

class ResponseOutlet implements EndpointOutlet {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    // A caller who is gone is no fault, and `close` tells of it.
    response.on('error', () => undefined);
  }

  get pending(): number {
    return this.#response.writableLength;
  }

  write(bytes: Buffer): void {
    if (!this.#response.writableEnded && !this.#response.destroyed) this.#response.write(bytes);
  }

  end(): void {
    this.#response.end();
  }

  destroy(): void {
    this.#response.destroy();
  }

  onClose(listener: () => void): void {
    this.#response.once('close', listener);
  }
}
