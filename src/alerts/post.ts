import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { HealthCheckTimeoutError } from '../errors/health-check-timeout.error.js';

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds within which the response must arrive. */
  readonly timeout: number;
}

/**
 * Sends a POST request and resolves to the status of the response. Each request uses a new connection and closes it:
 * alerts are rare, and an idle connection would keep the process alive. Redirects are not followed.
 */
export function post({ url, headers, body, timeout }: Post, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const options = {
      method: 'POST',
      agent: false,
      signal,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    };
    const request = send(url, options, (response) => {
      clearTimeout(timer);
      resolve(response.statusCode ?? 0);
      response.on('error', () => undefined).destroy();
    });
    const timer = setTimeout(() => request.destroy(new HealthCheckTimeoutError(timeout)), timeout);
    timer.unref();
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end(body);
  });
}
