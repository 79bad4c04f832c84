import { type HttpHeaders, splitCredentials } from './target.js';

/** An HTTP proxy, and the headers with its credentials. */
export interface Proxy {
  readonly url: URL;
  readonly headers: HttpHeaders;
}

/** Undefined: the value is not the URL of a proxy. */
export function proxyOf(value: unknown): Proxy | undefined {
  try {
    if (typeof value !== 'string') return undefined;
    const { url, headers } = splitCredentials(value);
    const isAddress = url.pathname === '/' && url.search === '' && url.hash === '' && url.port !== '0';
    if (!isAddress || !/^https?:$/.test(url.protocol)) return undefined;
    const { authorization } = headers;
    return { url, headers: authorization === undefined ? {} : { 'proxy-authorization': authorization } };
  } catch {
    return undefined;
  }
}
