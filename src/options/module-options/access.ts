import type { ConfigurationFault } from '../../errors/fault.js';
import { optionOutOfRange } from '../../errors/messages.js';
import type { Environment } from '../environment.js';
import type { AccessOptions } from '../health-module-options.js';
import type { AccessSettings } from '../health-settings.js';
import { OptionReader } from '../option-reader.js';
import { type Rule, callable, words } from '../rules.js';
import { PLACE, record } from './module-rules.js';

const keys: Rule<readonly string[]> = {
  expected: 'a key, or a list of keys, none of them empty',
  accepts: (value) => words.accepts(typeof value === 'string' ? [value] : value),
  read: (text) => {
    const list = words.read?.(text) ?? [];
    return list.length > 0 ? list : undefined;
  },
};

export function resolveAccess(
  access: AccessOptions | undefined,
  environment: Environment,
  faults: ConfigurationFault[],
): AccessSettings | undefined {
  const place = `${PLACE}, access`;
  if (access !== undefined && !record.accepts(access)) {
    faults.push(optionOutOfRange(place, 'a value that is not shown', record.expected));
    return undefined;
  }
  const reader = new OptionReader(place, access, [], environment, faults);
  reader.refuseUnknown(['authorize', 'apiKeys']);
  const apiKeys = reader.read<string | readonly string[]>('apiKeys', keys, [], true);
  const authorize = reader.read<unknown>('authorize', callable, undefined) as AccessOptions['authorize'];
  const list = typeof apiKeys === 'string' ? [apiKeys] : apiKeys;
  return authorize || list.length > 0 ? { authorize, apiKeys: list } : undefined;
}
