import { Agent, type ClientRequest, type IncomingMessage, globalAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { Readable, type Transform, pipeline } from 'node:stream';
import type { Proxy } from './proxy.js';
import type { HttpRequest } from './target.js';
import { type HttpTlsOptions, secureContextOf } from './tls.js';
import { TunnelAgent, type TunnelOptions, addressOf, proxyRefused, proxyUnreachable } from './tunnel-agent.js';

/** A response. Its body must be read or destroyed. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The decompressed body. */
  readonly body: Readable;
}

export interface TransportOptions {
  readonly tls?: HttpTlsOptions | undefined;
  readonly proxy?: Proxy | undefined;
  readonly socketPath?: string | undefined;
  readonly keepAlive: boolean;
}

/** Milliseconds after which an unused connection is closed; earlier if the server announces a shorter time (`keep-alive`). */
const IDLE = 4000;
/** `deflate` is left out: some servers send it without the zlib format, against RFC 9110, section 8.4.1.2. */
const ENCODINGS = 'gzip, br';

/**
 * The connections of one indicator. They are separate from the application's connections, whose limits and timeouts must not
 * apply to a check. They do not keep the process alive.
 */
export class HttpTransport {
  readonly #options: TransportOptions;
  readonly #agents = new Map<string, Agent>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** `isCrossOrigin`: the request goes to another origin than the URL of the options, so it uses no client certificate. */
  async send(request: HttpRequest, isCrossOrigin: boolean, signal: AbortSignal): Promise<HttpResponse> {
    for (;;) {
      try {
        return await this.#exchange(request, isCrossOrigin, signal);
      } catch (error) {
        // The server closed an idle connection while the request was sent, and has not read the request. The next idle
        // connection may be closed too. When no idle connection is left, a new connection is opened.
        if (!(error instanceof StaleConnection)) throw error;
      }
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #exchange(sent: HttpRequest, isCrossOrigin: boolean, signal: AbortSignal): Promise<HttpResponse> {
    const { proxy } = this.#options;
    return new Promise((resolve, reject) => {
      const isSecure = sent.url.protocol === 'https:';
      const request = (isSecure ? httpsRequest : httpRequest)(this.#requestOptions(sent, isCrossOrigin, signal));
      request.once('response', (message) => {
        if (proxy && !isSecure && message.statusCode === 407) {
          message.destroy();
          reject(proxyRefused(407));
        } else resolve(read(message, sent.method));
      });
      // Without a listener Node closes the connection and reports neither a response nor an error.
      request.once('upgrade', (message, socket) => {
        socket.destroy();
        resolve({ ...read(message, 'HEAD'), body: Readable.from([]) });
      });
      // This listener stays, because an error without a listener would end the process.
      request.on('error', (error) => reject(failureOf(error, request, sent, proxy !== undefined && !isSecure)));
      request.end(sent.body);
    });
  }

  #requestOptions(
    { url, method, headers, body }: HttpRequest,
    isCrossOrigin: boolean,
    signal: AbortSignal,
  ): TunnelOptions {
    const { proxy, socketPath, keepAlive } = this.#options;
    const isForwarded = proxy !== undefined && url.protocol === 'http:';
    return {
      ...(socketPath === undefined ? addressOf(isForwarded ? proxy.url : url) : { socketPath }),
      method,
      path: isForwarded ? `${url.origin}${url.pathname}${url.search}` : `${url.pathname}${url.search}`,
      headers: {
        host: url.host,
        'accept-encoding': ENCODINGS,
        ...(body !== undefined && { 'content-type': 'text/plain;charset=UTF-8' }),
        ...lowerCased(headers),
        ...(!keepAlive && { connection: 'close' }),
        ...(isForwarded && proxy.headers),
      },
      agent: this.#agentFor(url, isCrossOrigin),
      signal,
      // For the connection to the proxy, because agents of Node do not pass the signal on.
      tunnelSignal: signal,
    };
  }

  #agentFor(url: URL, isCrossOrigin: boolean): Agent {
    const key = `${url.protocol}${isCrossOrigin ? 'cross-origin' : 'own'}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const agent = this.#makeAgent(url, isCrossOrigin);
    this.#agents.set(key, agent);
    return agent;
  }

  #makeAgent(url: URL, isCrossOrigin: boolean): Agent {
    const { tls = {}, proxy, keepAlive } = this.#options;
    const options = { keepAlive, maxFreeSockets: 2, timeout: IDLE, ...(!proxy && environmentProxy()) };
    if (url.protocol === 'http:')
      return proxy?.url.protocol === 'https:' ? new HttpsAgent(options) : new Agent(options);
    const { servername } = tls;
    const secure = {
      ...options,
      ...(Object.keys(tls).length > 0 && {
        secureContext: secureContextOf(isCrossOrigin ? { ...(tls.ca !== undefined && { ca: tls.ca }) } : tls),
      }),
      ...(servername !== undefined && !isCrossOrigin && isIP(servername) === 0 && { servername }),
    };
    return proxy ? new TunnelAgent(proxy, secure) : new HttpsAgent(secure);
  }
}

/** The proxy of the environment, which Node reads from version 22.21 or 24.5 if NODE_USE_ENV_PROXY is set. */
function environmentProxy(): object {
  const { options }: { options?: { proxyEnv?: unknown } } = globalAgent as object;
  return options?.proxyEnv === undefined ? {} : { proxyEnv: options.proxyEnv };
}

class StaleConnection extends Error {}

function failureOf(error: Error, request: ClientRequest, { method }: HttpRequest, isForwarded: boolean): Error {
  const { code, syscall }: NodeJS.ErrnoException = error;
  if (request.reusedSocket && method !== 'POST' && (code === 'ECONNRESET' || code === 'EPIPE')) {
    return new StaleConnection('the server closed an idle connection', { cause: error });
  }
  return isForwarded && (syscall === 'connect' || syscall === 'getaddrinfo') ? proxyUnreachable(error) : error;
}

function read(message: IncomingMessage, method: string): HttpResponse {
  const status = message.statusCode ?? 0;
  const headers = new Headers();
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    try {
      headers.append(message.rawHeaders[at] ?? '', message.rawHeaders[at + 1] ?? '');
    } catch {
      // Node accepts some headers that the class Headers refuses. Such a header is left out, and the response is used.
    }
  }
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  return { status, headers, body: hasBody ? decoded(message, headers) : message };
}

/** The codings are in the order in which they were applied (RFC 9110, section 8.4). A body with an unknown coding is not decoded. */
function decoded(message: IncomingMessage, headers: Headers): Readable {
  const codings = (headers.get('content-encoding') ?? '').split(',').map((coding) => coding.trim().toLowerCase());
  let body: Readable = message;
  for (const coding of codings.toReversed()) {
    if (coding === '' || coding === 'identity') continue;
    const decoder = decoderOf(coding);
    if (!decoder) break;
    // An error of either stream is thrown where the body is read.
    body = pipeline(body, decoder, () => undefined);
  }
  return body;
}

/** Loads `node:zlib` when a response is compressed, and not at each start of an application. */
function decoderOf(coding: string): Transform | undefined {
  const { constants, createBrotliDecompress, createGunzip, createInflate } = process.getBuiltinModule('node:zlib');
  const lenient = { finishFlush: constants.Z_SYNC_FLUSH };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(lenient);
    case 'deflate':
      return createInflate(lenient);
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return undefined;
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
