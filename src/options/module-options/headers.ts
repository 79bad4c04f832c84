import type { ConfigurationFault } from '../../errors/fault.js';
import { headerBreaksAnswer, headerReserved, optionOutOfRange } from '../../errors/messages.js';
import type { HealthModuleOptions } from '../health-module-options.js';
import type { HealthSettings } from '../health-settings.js';
import { show } from '../rules.js';
import { PLACE, headerValue, entriesOf } from './module-rules.js';

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Headers that the library sets. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'cache-control',
  'content-type',
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

export function resolveHeaders(
  { headers = {} }: HealthModuleOptions,
  faults: ConfigurationFault[],
): HealthSettings['headers'] {
  const accepted: Record<string, string> = {};
  for (const [name, value] of entriesOf(`${PLACE}, headers`, headers, faults)) {
    const place = `${PLACE}, headers.${name}`;
    if (!HEADER_NAME.test(name)) faults.push(optionOutOfRange(place, show(name), 'a name of letters, digits and "-"'));
    else if (RESERVED_HEADERS.has(name.toLowerCase())) faults.push(headerReserved(place));
    else if (BREAKING_HEADERS.has(name.toLowerCase())) faults.push(headerBreaksAnswer(place));
    else if (!headerValue.accepts(value)) faults.push(optionOutOfRange(place, show(value), headerValue.expected));
    else accepted[name.toLowerCase()] = value;
  }
  return accepted;
}
