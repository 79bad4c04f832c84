import type { ConfigurationFault } from '../../errors/fault.js';
import { accessEmpty, secretMalformed } from '../../errors/messages.js';
import type { Environment } from '../environment.js';
import type { AccessOptions } from '../health-module-options.js';
import type { AccessSettings } from '../health-settings.js';
import { OptionReader, type RuleTable } from '../option-reader.js';
import { type Rule, callable, stringList } from '../rules.js';
import { PLACE, record } from './module-rules.js';

const keys: Rule<string | readonly string[]> = {
  isSecret: true,
  expected: 'a key, or a list of at least one key, without blanks around a key and without control characters',
  accepts: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isKey) : isKey(value)),
  read: (text) => {
    const list = stringList.read?.(text) ?? [];
    return list.length > 0 && list.every(isKey) ? list : undefined;
  },
};

/** Servers strip blanks around a header value and refuse control characters in it, so such a key could never be sent. */
function isKey(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.trim() === value && !/\p{Cc}/u.test(value);
}

const RULES = { authorize: callable, apiKeys: keys } satisfies RuleTable<AccessOptions>;

export function resolveAccess(
  access: AccessOptions | undefined,
  environment: Environment,
  faults: ConfigurationFault[],
): AccessSettings | undefined {
  const place = `${PLACE}, access`;
  if (access !== undefined && !record.accepts(access)) {
    faults.push(secretMalformed(place, record.expected));
    return undefined;
  }
  const before = faults.length;
  const given = new OptionReader(place, access, [], environment, faults).readAll(RULES);
  const authorize = given.authorize as AccessOptions['authorize'];
  const { apiKeys = [] } = given;
  const list = typeof apiKeys === 'string' ? [apiKeys] : apiKeys;
  if (authorize || list.length > 0) return { authorize, apiKeys: list };
  if (access !== undefined && faults.length === before) faults.push(accessEmpty(place));
  return undefined;
}
