import { isHealthStatus } from '../../core/status.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { optionOutOfRange } from '../../errors/messages.js';
import {
  type ChangeLevels,
  type HealthLogLevel,
  type HealthModuleOptions,
  LOG_LEVELS,
} from '../health-module-options.js';
import { NO_VARIABLES } from '../environment.js';
import { OptionReader } from '../option-reader.js';
import { type Rule, flag, oneOf, show } from '../rules.js';
import { PLACE, record, entriesOf } from './module-rules.js';

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

export function resolveLogLevels({ logging: given }: HealthModuleOptions, faults: ConfigurationFault[]): ChangeLevels {
  if (!record.accepts(given) || typeof given !== 'object') return {};
  const place = `${PLACE}, logging`;
  new OptionReader(place, given, [], NO_VARIABLES, faults).refuseUnknown(['levels']);
  const levels: Record<string, HealthLogLevel | false> = {};
  for (const [change, level] of entriesOf(`${place}.levels`, given.levels ?? {}, faults)) {
    const statuses = change.split('->');
    if (statuses.length > 2 || !statuses.every(isHealthStatus)) {
      faults.push(optionOutOfRange(`${place}.levels`, show(change), 'a status, or two as "UP->DOWN"'));
    } else if (!logLevel.accepts(level)) {
      faults.push(optionOutOfRange(`${place}.levels.${change}`, show(level), logLevel.expected));
    } else levels[change] = level;
  }
  return levels;
}
