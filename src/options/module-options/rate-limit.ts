import { FAILED_KEYS } from '../defaults.js';
import { parseDuration } from '../duration.js';
import type { Environment } from '../environment.js';
import type { FaultsAt } from '../faults.js';
import type { HealthModuleOptions, RateLimitOptions } from '../health-module-options.js';
import type { HealthSettings, LimitSettings } from '../health-settings.js';
import { OptionReader, type RuleTable } from '../option-reader.js';
import { type Rule, duration, flag, whole } from '../rules.js';
import { record } from './module-rules.js';

const requestsRule = whole(1, 1_000_000);
/** The header fields have whole seconds. */
const windowRule = duration(1000);

/** A limit of requests in a time. False: no limit. */
export const limitRule: Rule<LimitSettings | false> = {
  expected: 'false, or a number of requests and a time of at least 1 s, as "30/1m"',
  accepts: (value) => value === false || parse(value) !== undefined,
  convert: (value) => parse(value) ?? false,
  read: (text) => (flag.read?.(text) === false ? false : parse(text)),
};

const RULES = {
  deep: limitRule,
  checks: limitRule,
  control: limitRule,
  failedKeys: limitRule,
} satisfies RuleTable<RateLimitOptions>;

export function resolveRateLimit(
  { rateLimit = {} }: HealthModuleOptions,
  environment: Environment,
  at: FaultsAt,
): HealthSettings['rateLimit'] {
  if (!record.accepts(rateLimit)) at.outOfRange(rateLimit, record);
  const given = new OptionReader(at, rateLimit, ['rateLimit'], environment).readAll(RULES);
  return { ...given, failedKeys: given.failedKeys ?? FAILED_KEYS };
}

function parse(value: unknown): LimitSettings | undefined {
  const [, count, time = ''] = (typeof value === 'string' && /^(\d+)\/(\w+)$/.exec(value)) || [];
  const settings = { requests: Number(count), window: parseDuration(time) ?? 0 };
  return requestsRule.accepts(settings.requests) && windowRule.accepts(settings.window) ? settings : undefined;
}
