import type { ServerResponse } from 'node:http';
import type { EndpointOutlet } from '../extension/health-endpoints.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { type HealthResponse, type ResponseHeaders, TEXT_ENCODING, mergeVary } from './health-response.js';
import { hasHeaders, runsSendHooks } from './fastify-hooks.js';

/** The part of a Fastify reply that is used here. */
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

/** The response object of an adapter: that of Node with Express, a wrapper around it with Fastify. */
export type AdapterResponse = ServerResponse | FastifyReply;

/** Writes a finished response. Writes nothing if the application has responded already. */
export function writeResponse(response: AdapterResponse, finished: HealthResponse): void {
  if (finished.open) beginStream(response, finished, finished.open);
  else if ('raw' in response) writeToFastify(response, finished);
  // Not with res.send() of Express, which adds an ETag and responds to a probe with If-None-Match with 304.
  else if (!response.headersSent) {
    const headers = withVary(finished.headers, response.getHeader('vary'));
    response.writeHead(finished.statusCode, headers).end(finished.body, TEXT_ENCODING);
  }
}

/** A copy, because middleware may change the headers. CORS and compression set `Vary` too, so the names are merged. */
function withVary(headers: ResponseHeaders, present: unknown): Record<string, string | string[]> {
  const own = headers['vary'];
  if (present === undefined || own === undefined) return { ...headers };
  return { ...headers, vary: mergeVary(present, String(own)) };
}

/**
 * Writes to Node's response directly, because Fastify would check and copy the finished bytes. It writes through Fastify if
 * other code changes the response: an `onSend` hook, a plugin that has set headers, or a middleware that has replaced
 * `writeHead`. `onResponse` hooks run in both cases.
 */
function writeToFastify(reply: FastifyReply, { statusCode, headers, fields, body }: HealthResponse): void {
  if (reply.sent) return;
  if (runsSendHooks(reply.request) || Object.hasOwn(reply.raw, 'writeHead') || hasHeaders(reply)) {
    reply
      .code(statusCode)
      .headers(withVary(headers, reply.getHeader('vary')))
      .send(body);
    return;
  }
  reply.hijack();
  reply.raw.writeHead(statusCode, fields).end(body, TEXT_ENCODING);
}

/** Writes to Node's response directly, because hooks may wait for the end of a body before they send its beginning. */
function beginStream(
  response: AdapterResponse,
  { statusCode, headers }: HealthResponse,
  open: (outlet: EndpointOutlet) => void,
): void {
  const isFastify = 'raw' in response;
  const raw = isFastify ? response.raw : response;
  if (raw.headersSent || (isFastify && response.sent)) return;
  if (isFastify) response.hijack();
  // The caller has disconnected. Its connection emits no further `close`, so the stream would never end.
  if (raw.destroyed) return;
  const present = isFastify ? response.getHeaders() : {};
  const vary: unknown = isFastify ? response.getHeader('vary') : raw.getHeader('vary');
  raw.writeHead(statusCode, { ...present, ...withVary(headers, vary) });
  if (raw.req.method === 'HEAD') raw.end();
  else whenFirst(raw, () => open(new ResponseOutlet(raw)));
}

/**
 * Calls `act` when the response has its socket. The response to a pipelined request has none while earlier responses on the
 * connection are unfinished, and never emits `close` if the connection ends before. So no resources are acquired earlier.
 */
function whenFirst(response: ServerResponse, act: () => void): void {
  if (response.socket === null) response.once('socket', act);
  else act();
}

class ResponseOutlet implements EndpointOutlet {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    // A disconnected caller is not an error, and `close` reports it.
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
