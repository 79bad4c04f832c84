import { accessEmpty } from '../../errors/messages.js';
import type { Environment } from '../environment.js';
import type { FaultsAt } from '../faults.js';
import type { AccessOptions } from '../health-module-options.js';
import type { AccessSettings } from '../health-settings.js';
import { OptionReader, type RuleTable } from '../option-reader.js';
import { type Rule, callable, stringList } from '../rules.js';
import { record } from './module-rules.js';

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
  at: FaultsAt,
): AccessSettings | undefined {
  if (access !== undefined && !record.accepts(access)) {
    at.secretMalformed(record);
    return undefined;
  }
  const before = at.faults.list.length;
  const given = new OptionReader(at, access, [], environment).readAll(RULES);
  const authorize = given.authorize as AccessOptions['authorize'];
  const { apiKeys = [] } = given;
  const list = typeof apiKeys === 'string' ? [apiKeys] : apiKeys;
  if (authorize || list.length > 0) return { authorize, apiKeys: list };
  if (access !== undefined && at.faults.list.length === before) at.add(accessEmpty(at.place));
  return undefined;
}
