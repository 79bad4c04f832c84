import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { HealthCheckError } from '../../errors/health-check.error.js';

export interface HttpCall {
  readonly method: 'DELETE' | 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends a request and rejects unless the status of the response is 2xx. Each request uses a new connection and closes it,
 * because an idle connection would keep the process alive. Redirects are not followed.
 */
export function call(
  { method, url, body, contentType, headers: further }: HttpCall,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const headers = {
      ...further,
      'user-agent': 'nest-vitals',
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    };
    const request = send(url, { method, agent: false, signal, headers }, (response) => {
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) resolve();
      else reject(new HealthCheckError(`HTTP status ${status}`));
      response.on('error', () => undefined).destroy();
    });
    request.on('error', reject);
    request.end(body);
  });
}
