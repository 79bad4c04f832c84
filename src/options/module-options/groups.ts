import type { FaultsAt } from '../faults.js';
import type { GroupOptions, HealthModuleOptions } from '../health-module-options.js';
import type { GroupSettings, HealthSettings } from '../health-settings.js';
import { checkName } from '../names.js';
import { CHECKED_ELSEWHERE, OptionReader, type RuleTable } from '../option-reader.js';
import { type Rule, stringList } from '../rules.js';
import { ENDPOINT_RULES } from './endpoints.js';
import { absolute, entriesOf, path, record } from './module-rules.js';
import { resolveStatusCodes } from './status-codes.js';

const group: Rule<readonly string[] | GroupOptions> = {
  expected: 'a list of names of indicators, or an object { indicators, tags }',
  accepts: (value) => stringList.accepts(value) || record.accepts(value),
};

const RULES = {
  indicators: stringList,
  tags: stringList,
  ...ENDPOINT_RULES,
  additionalPath: path,
  statusCodes: CHECKED_ELSEWHERE,
} satisfies RuleTable<GroupOptions>;

type Resolved = Pick<HealthSettings, 'endpoints' | 'deadlines' | 'statusCodes'>;

/** The groups. Options that a group does not set come from the endpoint `checks` and from the module. */
export function resolveGroups(
  { groups = {} }: HealthModuleOptions,
  { endpoints: { checks }, deadlines, statusCodes }: Resolved,
  at: FaultsAt,
): Pick<HealthSettings, 'groups' | 'deadlines'> {
  const resolved = new Map<string, GroupSettings>();
  const all: Record<string, number> = { ...deadlines };
  for (const [name, given] of entriesOf(groups, at)) {
    const own = at.entry(name);
    if (!checkName(name, own)) continue;
    if (!group.accepts(given)) {
      own.outOfRange(given, group);
      continue;
    }
    const options: GroupOptions = isList(given) ? { indicators: given } : given;
    const read = new OptionReader(own, options).readAll(RULES);
    if (read.deadline !== undefined) all[name] = read.deadline;
    const { indicators = [], tags = [], view = checks.view, additionalPath } = read;
    const { indicators: _indicators, tags: _tags, ...ofEndpoint } = options;
    const hasEndpoint = Object.keys(ofEndpoint).length > 0;
    resolved.set(name, {
      indicators,
      tags,
      view,
      isHidden: read.view === undefined && view === 'status',
      statusCodes: resolveStatusCodes(statusCodes, own.option('statusCodes'), options.statusCodes),
      path: read.path !== undefined && checkName(read.path, own.option('path')) ? read.path : name,
      additionalPath: additionalPath === undefined ? undefined : absolute(additionalPath),
      hasEndpoint,
      isServed: hasEndpoint || checks.enabled,
    });
  }
  return { groups: resolved, deadlines: all };
}

function isList(value: readonly string[] | GroupOptions): value is readonly string[] {
  return Array.isArray(value);
}
