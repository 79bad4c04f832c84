import { headerBreaksResponse, headerReserved } from '../../errors/messages.js';
import type { FaultsAt } from '../faults.js';
import type { HealthModuleOptions } from '../health-module-options.js';
import type { HealthSettings } from '../health-settings.js';
import { headerValue, entriesOf } from './module-rules.js';

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Headers that the library sets. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'cache-control',
  'content-type',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'www-authenticate',
  'x-health-checked-at',
  'x-health-status',
  'x-service-version',
]);

/**
 * Headers of the connection, of the framing, of the coding of the body and of the server's clock (RFC 9110, sections 6.6,
 * 7.6.1, 7.8, 8.4 and 14.4; RFC 9112, section 6). With a fixed value, clients cannot read the response, or Node refuses to
 * write it.
 */
const BREAKING_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'date',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function resolveHeaders({ headers = {} }: HealthModuleOptions, at: FaultsAt): HealthSettings['headers'] {
  const accepted: Record<string, string> = {};
  for (const [name, value] of entriesOf(headers, at)) {
    const own = at.entry(name);
    if (!HEADER_NAME.test(name)) own.outOfRange(name, { expected: 'a name of letters, digits and "-"' });
    else if (RESERVED_HEADERS.has(name.toLowerCase())) own.add(headerReserved(own.place));
    else if (BREAKING_HEADERS.has(name.toLowerCase())) own.add(headerBreaksResponse(own.place));
    else if (!headerValue.accepts(value)) own.outOfRange(value, headerValue);
    else accepted[name.toLowerCase()] = value;
  }
  return accepted;
}
