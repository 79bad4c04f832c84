import type { IncomingMessage, ServerResponse } from 'node:http';
import { closeUnended, hasBody, readStream } from '../../endpoints/request-body.js';
import type { Callers } from './callers.js';
import type { FromThread, ToThread, WireResponse } from './thread-messages.js';
import { writeWireResponse } from './write-wire-response.js';

type ForwardedMessage = Extract<
  ToThread,
  { readonly id: number; readonly type: 'response' | 'stream' | 'chunk' | 'end' | 'destroy' | 'read-body' }
>;

/** Milliseconds for a response of the main thread. Its probes respond within their deadlines; other endpoints may take longer. */
export const LIMIT = 30_000;

/** The response when the main thread does not respond in time. */
export interface LateResponse {
  /** Milliseconds. */
  readonly after: number;
  readonly respond: () => WireResponse;
}

interface Pending {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly timer: NodeJS.Timeout;
}

/** The requests to which the main thread responds. */
export class ForwardedRequests {
  readonly #send: (message: FromThread) => void;
  readonly #callers: Callers;
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  constructor(send: (message: FromThread) => void, callers: Callers) {
    this.#send = send;
    this.#callers = callers;
  }

  /** `late`: the response if the main thread does not respond in time. */
  forward(request: IncomingMessage, response: ServerResponse, late: LateResponse): void {
    closeUnended(request, response);
    const id = (this.#last += 1);
    const timer = setTimeout(() => writeWireResponse(response, late.respond()), late.after).unref();
    this.#pending.set(id, { request, response, timer });
    response.once('close', () => {
      clearTimeout(timer);
      this.#pending.delete(id);
      this.#send({ type: 'gone', id });
    });
    const { method = 'GET', url = '/', headers, socket } = request;
    const connection = this.#callers.connectionOf(request).number;
    const { remoteAddress } = socket;
    const forwarded = { method, url, headers: { ...headers }, connection, remoteAddress };
    this.#send({ type: 'request', id, request: forwarded, hasBody: hasBody(request) });
  }

  receive(message: ForwardedMessage): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    const { request, response, timer } = pending;
    if (message.type === 'read-body') return void this.#readBody(message.id, request);
    clearTimeout(timer);
    switch (message.type) {
      case 'response':
        return writeWireResponse(response, message.response);
      case 'stream':
        return this.#begin(response, message.head);
      case 'chunk':
        return this.#continue(message.id, response, message.bytes);
      case 'end':
        response.end();
        return;
      case 'destroy':
        response.destroy();
    }
  }

  /** Called only at the request of the main thread, which compares the key first. */
  async #readBody(id: number, request: IncomingMessage): Promise<void> {
    this.#send({ type: 'body', id, body: await readStream(request) });
  }

  #begin(response: ServerResponse, { statusCode, fields }: WireResponse): void {
    // The late response was sent already.
    if (response.headersSent || response.destroyed) return;
    response.writeHead(statusCode, fields as string[]);
    if (response.req.method === 'HEAD') response.end();
    else response.flushHeaders();
  }

  /** Reports the sent bytes, because the main thread counts pending ones to drop a client that does not read. */
  #continue(id: number, response: ServerResponse, bytes: Uint8Array): void {
    if (response.writableEnded || response.destroyed) return;
    response.write(bytes, (error) => {
      if (!error) this.#send({ type: 'sent', id, bytes: bytes.length });
    });
  }
}
