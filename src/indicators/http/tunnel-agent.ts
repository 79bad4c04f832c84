import { type RequestOptions, request as httpRequest } from 'node:http';
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { onAbort } from '../../core/async.js';
import { describeFailure } from '../../core/failure.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { Proxy } from './proxy.js';

/** The host and the port to connect to. An IPv6 address has no brackets here. */
export function addressOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  const fallback = protocol === 'https:' ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? fallback : Number(port) };
}

export const proxyUnreachable = (cause: unknown): HealthCheckError =>
  new HealthCheckError(`the proxy cannot be reached: ${describeFailure(cause).error}`, {
    code: 'PROXY_UNREACHABLE',
    cause,
  });

export const proxyRefused = (status: number): HealthCheckError =>
  new HealthCheckError(`the proxy responded with HTTP status ${status}`, { code: 'PROXY_REFUSED' });

/** The options of a request, with the signal that ends the connection to the proxy. */
export interface TunnelOptions extends RequestOptions {
  readonly tunnelSignal?: AbortSignal;
}

type Created = (error: Error | null, socket: Duplex) => void;

/** Connections to https servers through a proxy, by CONNECT (RFC 9110, section 9.3.6). */
export class TunnelAgent extends Agent {
  readonly #proxy: Proxy;

  constructor(proxy: Proxy, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  // Node waits for the callback if this method returns nothing.
  override createConnection(options: TunnelOptions, created?: Created): undefined {
    const { url, headers } = this.#proxy;
    const { host, port, tunnelSignal } = options;
    const authority = `${host?.includes(':') ? `[${host}]` : host}:${port}`;
    const target: RequestOptions = {
      ...addressOf(url),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...headers },
      agent: false,
    };
    const tunnel = url.protocol === 'https:' ? httpsRequest(target) : httpRequest(target);
    const removeListener = tunnelSignal && onAbort(tunnelSignal, () => void tunnel.destroy(new Error('aborted')));
    const finish = (error: Error | null, socket?: Duplex): void => {
      removeListener?.();
      // With an error, Node does not read the socket.
      created?.(error, socket as Duplex);
    };
    tunnel.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode >= 200 && statusCode <= 299)
        return finish(null, tlsConnect({ ...(options as ConnectionOptions), socket }));
      socket.destroy();
      finish(proxyRefused(statusCode));
    });
    // A proxy without support for CONNECT sends an ordinary response.
    tunnel.once('response', (response) => {
      response.destroy();
      finish(proxyRefused(response.statusCode ?? 0));
    });
    tunnel.on('error', (error) => finish(proxyUnreachable(error)));
    tunnel.end();
    return undefined;
  }
}
