import type { GroupDefinition } from '../../core/registry.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { optionOutOfRange } from '../../errors/messages.js';
import type { GroupOptions, HealthModuleOptions } from '../health-module-options.js';
import type { HealthSettings } from '../health-settings.js';
import { checkName } from '../names.js';
import { NO_VARIABLES } from '../environment.js';
import { OptionReader, type RuleTable } from '../option-reader.js';
import { type Rule, show, stringList } from '../rules.js';
import { PLACE, record, entriesOf } from './module-rules.js';

const group: Rule<readonly string[] | GroupOptions> = {
  expected: 'a list of names of indicators, or { indicators, tags }',
  accepts: (value) => stringList.accepts(value) || record.accepts(value),
};

const RULES = { indicators: stringList, tags: stringList } satisfies RuleTable<GroupOptions>;

export function resolveGroups(
  { groups = {} }: HealthModuleOptions,
  faults: ConfigurationFault[],
): HealthSettings['groups'] {
  const resolved = new Map<string, GroupDefinition>();
  for (const [name, given] of entriesOf(`${PLACE}, groups`, groups, faults)) {
    const place = `${PLACE}, groups.${name}`;
    if (!checkName(place, name, faults)) continue;
    if (!group.accepts(given)) {
      faults.push(optionOutOfRange(place, show(given), group.expected));
      continue;
    }
    const reader = new OptionReader(place, isList(given) ? { indicators: given } : given, [], NO_VARIABLES, faults);
    const { indicators = [], tags = [] } = reader.readAll(RULES);
    resolved.set(name, { indicators, tags });
  }
  return resolved;
}

function isList(value: readonly string[] | GroupOptions): value is readonly string[] {
  return Array.isArray(value);
}
