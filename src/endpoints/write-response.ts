import type { ServerResponse } from 'node:http';
import type { EndpointOutlet } from '../extension/health-endpoints.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { type HealthResponse, type ResponseHeaders, mergeVary } from './health-response.js';
import { runsSendHooks } from './fastify-hooks.js';

/** What is used of a Fastify reply. */
interface FastifyReply {
  readonly raw: ServerResponse;
  readonly request: HealthRequest;
  readonly sent: boolean;
  code(statusCode: number): FastifyReply;
  headers(headers: ResponseHeaders): FastifyReply;
  getHeaders(): object;
  getHeader(name: string): unknown;
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
  else if (!response.headersSent) {
    response.writeHead(answer.statusCode, withVary(answer.headers, response.getHeader('vary'))).end(answer.body);
  }
}

/** A copy, which middleware may change. CORS and compression name what they depend on in `Vary` too. */
function withVary(headers: ResponseHeaders, present: unknown): Record<string, string | string[]> {
  const own = headers['vary'];
  if (present === undefined || own === undefined) return { ...headers };
  return { ...headers, vary: mergeVary(present, String(own)) };
}

/**
 * Fastify would check and copy what is finished already. So the bytes go past it, unless something else takes part in the
 * answer: an `onSend` hook, a plugin that has set headers, or a middleware that has replaced `writeHead`. `onResponse`
 * hooks run in both cases.
 */
function writeToFastify(reply: FastifyReply, { statusCode, headers, fields, body }: HealthResponse): void {
  if (reply.sent) return;
  if (runsSendHooks(reply.request) || Object.hasOwn(reply.raw, 'writeHead') || !isEmpty(reply.getHeaders())) {
    reply
      .code(statusCode)
      .headers(withVary(headers, reply.getHeader('vary')))
      .send(body);
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
  const present = isFastify ? response.getHeaders() : {};
  const vary: unknown = isFastify ? response.getHeader('vary') : raw.getHeader('vary');
  raw.writeHead(statusCode, { ...present, ...withVary(headers, vary) });
  if (raw.req.method === 'HEAD') raw.end();
  else whenFirst(raw, () => open(new ResponseOutlet(raw)));
}

/**
 * A pipelined request may be read while earlier answers on its connection are not finished. Its response has no socket
 * until then, and never emits `close` if the connection ends before. So nothing is reserved for it until it has its turn.
 */
function whenFirst(response: ServerResponse, act: () => void): void {
  if (response.socket === null) response.once('socket', act);
  else act();
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
