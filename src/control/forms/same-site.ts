import type { HealthRequest } from '../../options/health-module-options.js';

/** The values of `Sec-Fetch-Site` that a browser sends with a form of this page, and with a form that the user sends again. */
const OWN = new Set<unknown>(['same-origin', 'none']);

/**
 * Whether a form was sent by a page of this server. A page of another site does not have the key, but it could make the
 * browsers of operators try keys. `Sec-Fetch-Site` is sent over HTTPS and to the loopback address only. `Origin` is always
 * sent, and compared with `Host`. A request with neither is not from a browser.
 */
export function isFromOwnPage({ headers }: HealthRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return OWN.has(site);
  const { origin, host } = headers;
  if (typeof origin !== 'string' || typeof host !== 'string' || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}
