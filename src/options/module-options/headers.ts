import type { ConfigurationFault } from '../../errors/fault.js';
import { headerReserved, optionOutOfRange } from '../../errors/messages.js';
import type { HealthModuleOptions } from '../health-module-options.js';
import type { HealthSettings } from '../health-settings.js';
import { show } from '../rules.js';
import { PLACE, headerValue, entriesOf } from './module-rules.js';

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Headers that the answer sets itself, or that would contradict its framing. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'retry-after',
  'transfer-encoding',
  'www-authenticate',
  'x-health-checked-at',
  'x-health-status',
  'x-service-version',
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
    else if (!headerValue.accepts(value)) faults.push(optionOutOfRange(place, show(value), headerValue.expected));
    else accepted[name.toLowerCase()] = value;
  }
  return accepted;
}
