import { isHealthStatus } from '../../core/status.js';
import {
  type ChangeLevels,
  type HealthLogLevel,
  type HealthModuleOptions,
  type LoggingOptions,
  LOG_LEVELS,
} from '../health-module-options.js';
import type { FaultsAt } from '../faults.js';
import { CHECKED_ELSEWHERE, OptionReader, type RuleTable } from '../option-reader.js';
import { type Rule, flag, oneOf } from '../rules.js';
import { record, entriesOf } from './module-rules.js';

export const loggingRule: Rule = {
  expected: 'true, false or { levels }',
  accepts: (value) => flag.accepts(value) || record.accepts(value),
  ...(flag.read && { read: flag.read }),
  expectedOfVariable: flag.expected,
};

const logLevel: Rule<HealthLogLevel | false> = {
  expected: `${oneOf(LOG_LEVELS).expected} or false`,
  accepts: (value) => value === false || oneOf(LOG_LEVELS).accepts(value),
};

const RULES = { levels: CHECKED_ELSEWHERE } satisfies RuleTable<LoggingOptions>;

export function resolveLogLevels({ logging: given }: HealthModuleOptions, at: FaultsAt): ChangeLevels {
  if (!record.accepts(given) || typeof given !== 'object') return {};
  new OptionReader(at, given).refuseUnknown(RULES);
  const atLevels = at.entry('levels');
  const levels: Record<string, HealthLogLevel | false> = {};
  for (const [change, level] of entriesOf(given.levels ?? {}, atLevels)) {
    const statuses = change.split('->');
    if (statuses.length > 2 || !statuses.every(isHealthStatus)) {
      atLevels.outOfRange(change, { expected: 'a status, or two as "UP->DOWN"' });
    } else if (!logLevel.accepts(level)) {
      atLevels.entry(change).outOfRange(level, logLevel);
    } else levels[change] = level;
  }
  return levels;
}
