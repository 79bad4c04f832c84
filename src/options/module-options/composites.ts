import { COMPOSITE_DEFAULTS, type CompositeSettings } from '../../core/composite.js';
import type { FaultsAt } from '../faults.js';
import type { CompositeOptions, HealthModuleOptions } from '../health-module-options.js';
import type { HealthSettings } from '../health-settings.js';
import { checkName } from '../names.js';
import { OptionReader, type RuleTable } from '../option-reader.js';
import { type Rule, flag, whole } from '../rules.js';
import { entriesOf, record } from './module-rules.js';

const count = whole(1, 10_000);

const aggregation: Rule<CompositeSettings['atLeast']> = {
  expected: `"all", "any", or { atLeast: ${count.expected} }`,
  accepts: (value) =>
    value === 'all' ||
    value === 'any' ||
    (record.accepts(value) && Object.entries(value as object).every(isCount) && 'atLeast' in (value as object)),
  convert: (value) => {
    if (value === 'all') return undefined;
    return value === 'any' ? 1 : (value as { readonly atLeast: number }).atLeast;
  },
};

const RULES = { aggregation, critical: flag } satisfies RuleTable<CompositeOptions>;

export function resolveComposites(
  { composites = {} }: HealthModuleOptions,
  at: FaultsAt,
): HealthSettings['composites'] {
  const resolved = new Map<string, CompositeSettings>();
  for (const [name, given] of entriesOf(composites, at)) {
    const own = at.entry(name);
    if (!checkName(name, own)) continue;
    if (!record.accepts(given)) {
      own.outOfRange(given, record);
      continue;
    }
    const { aggregation: atLeast, critical = COMPOSITE_DEFAULTS.critical } = new OptionReader(own, given).readAll(
      RULES,
    );
    resolved.set(name, { atLeast, critical });
  }
  return resolved;
}

function isCount([key, value]: [string, unknown]): boolean {
  return key === 'atLeast' && count.accepts(value);
}
