import type { GroupDefinition } from '../../core/registry.js';
import type { FaultsAt } from '../faults.js';
import type { GroupOptions, HealthModuleOptions } from '../health-module-options.js';
import type { HealthSettings } from '../health-settings.js';
import { checkName } from '../names.js';
import { OptionReader, type RuleTable } from '../option-reader.js';
import { type Rule, stringList } from '../rules.js';
import { record, entriesOf } from './module-rules.js';

const group: Rule<readonly string[] | GroupOptions> = {
  expected: 'a list of names of indicators, or { indicators, tags }',
  accepts: (value) => stringList.accepts(value) || record.accepts(value),
};

const RULES = { indicators: stringList, tags: stringList } satisfies RuleTable<GroupOptions>;

export function resolveGroups({ groups = {} }: HealthModuleOptions, at: FaultsAt): HealthSettings['groups'] {
  const resolved = new Map<string, GroupDefinition>();
  for (const [name, given] of entriesOf(groups, at)) {
    const own = at.entry(name);
    if (!checkName(name, own)) continue;
    if (!group.accepts(given)) {
      own.outOfRange(given, group);
      continue;
    }
    const reader = new OptionReader(own, isList(given) ? { indicators: given } : given);
    const { indicators = [], tags = [] } = reader.readAll(RULES);
    resolved.set(name, { indicators, tags });
  }
  return resolved;
}

function isList(value: readonly string[] | GroupOptions): value is readonly string[] {
  return Array.isArray(value);
}
