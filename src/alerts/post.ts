import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { LoopTimer } from '../core/loop-timer.js';
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
      timer.clear();
      resolve(response.statusCode ?? 0);
      response.on('error', () => undefined).destroy();
    });
    const timer = new LoopTimer(timeout, () => request.destroy(new HealthCheckTimeoutError(timeout)));
    request.on('error', (error) => {
      timer.clear();
      reject(error);
    });
    request.end(body);
  });
}
