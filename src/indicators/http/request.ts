import { HealthCheckError } from '../../errors/health-check.error.js';
import type { HttpHeaders, HttpRequest } from './target.js';
import type { HttpResponse, HttpTransport } from './transport.js';

/** The default request headers. The option `headers` can replace both. */
const ALWAYS_SENT: HttpHeaders = { 'user-agent': 'nest-vitals', accept: 'application/json, */*;q=0.9' };
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request, and follows redirects up to the given number. The headers of the options and the client certificate are
 * sent to the origin of the URL only. The bodies of redirects are not read.
 */
export async function send(
  transport: HttpTransport,
  request: HttpRequest,
  maxRedirects: number,
  signal: AbortSignal,
): Promise<HttpResponse> {
  let { url, method, headers, body } = request;
  for (let followed = 0; ; followed += 1) {
    const isCrossOrigin = url.origin !== request.url.origin;
    const response = await transport.send(
      { url, method, headers: { ...ALWAYS_SENT, ...headers }, body },
      isCrossOrigin,
      signal,
    );
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (maxRedirects === 0 || location === null) return response;
    response.body.destroy();
    if (followed === maxRedirects) {
      throw new HealthCheckError(`more than ${maxRedirects} redirects`, { code: 'TOO_MANY_REDIRECTS' });
    }
    const next = targetOf(location, url);
    if (next.origin !== url.origin) headers = {};
    if (response.status === 303 || (method === 'POST' && response.status < 303)) {
      if (method !== 'HEAD') method = 'GET';
      body = undefined;
    }
    url = next;
  }
}

function targetOf(location: string, base: URL): URL {
  const target = URL.canParse(location, base.href) ? new URL(location, base) : undefined;
  if (!target || !/^https?:$/.test(target.protocol) || target.port === '0') {
    throw new HealthCheckError('the target of a redirect is not an http or https URL', { code: 'BAD_REDIRECT' });
  }
  // Credentials in the URL of a redirect are not sent.
  target.username = '';
  target.password = '';
  return target;
}
