import { HealthCheckError } from '../../errors/health-check.error.js';

export type HttpHeaders = Readonly<Record<string, string>>;

/** Where a request goes, and what it shows there. */
export interface Target {
  readonly url: URL;
  readonly headers: HttpHeaders;
}

export interface HttpRequest extends Target {
  readonly method: string;
  readonly body: string | undefined;
}

/** Says who asks, and what is understood. Options can replace both. */
const ALWAYS_SENT: HttpHeaders = { 'user-agent': 'nest-vitals', accept: 'application/json, */*;q=0.9' };
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request, and follows so many redirects. Node's fetch would follow twenty, to any host, and take along headers
 * such as an API key: here the headers of the options go to the origin of the URL alone. The bodies of redirects are left
 * to be cancelled by the signal.
 */
export async function send(request: HttpRequest, maxRedirects: number, signal: AbortSignal): Promise<Response> {
  let { url, method, headers, body } = request;
  for (let followed = 0; ; followed += 1) {
    const response = await fetch(url, {
      method,
      headers: { ...ALWAYS_SENT, ...headers },
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal,
    });
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (maxRedirects === 0 || location === null) return response;
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
  if (!target || !/^https?:$/.test(target.protocol)) {
    throw new HealthCheckError('a redirect that leads nowhere', { code: 'BAD_REDIRECT' });
  }
  // fetch refuses URLs with credentials, and those of a redirect are not ours to send.
  target.username = '';
  target.password = '';
  return target;
}

/** Fetch takes no credentials in a URL: they become the header that they stand for. */
export function splitCredentials(text: string): Target {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url, headers: {} };
  url.username = '';
  url.password = '';
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { url, headers: { authorization: `Basic ${credentials.toString('base64')}` } };
}
