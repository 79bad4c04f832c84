import type { CheckSettings } from '../core/check.js';
import { PROBES } from '../core/registry.js';
import { maxAgeBelowTtl, maxAgeWithinInterval, optionUnknown, probeUnknown } from '../errors/messages.js';
import { INDICATOR_DEFAULTS, defaultMaxAge } from './defaults.js';
import type { Environment } from './environment.js';
import type { Faults, FaultsAt } from './faults.js';
import type { HealthIndicatorOptions } from './indicator-options.js';
import { type Rule, callable, converted, duration, flag, oneOf, orOff, whole, stringList } from './rules.js';
import { sharing } from './shared-rule.js';

const RULES = {
  probes: stringList,
  critical: flag,
  shared: sharing,
  scope: oneOf(['instance', 'fleet']),
  timeout: duration(1),
  ttl: duration(0),
  interval: orOff(duration(1)),
  initialDelay: duration(0),
  maxAge: duration(0),
  retries: whole(0, 100),
  retryDelay: duration(0),
  failureThreshold: whole(1, 1000),
  successThreshold: whole(1, 1000),
  slowThreshold: orOff(duration(0)),
  when: callable,
  tags: stringList,
  enabled: flag,
} satisfies Readonly<Record<keyof HealthIndicatorOptions, Rule>>;

/** The names of the options that every indicator has. */
export const INDICATOR_OPTION_NAMES = Object.keys(RULES) as (keyof HealthIndicatorOptions)[];

/** The rule of an option. Undefined: there is no such option. */
export function indicatorOptionRule(option: string): Rule | undefined {
  return Object.hasOwn(RULES, option) ? RULES[option as keyof typeof RULES] : undefined;
}

/** Checks the options of one place, and returns the valid ones. */
export function checkIndicatorOptions(
  options: HealthIndicatorOptions | undefined,
  at: FaultsAt,
): HealthIndicatorOptions {
  const usable: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(options ?? {})) {
    if (value === undefined) continue;
    const rule = indicatorOptionRule(option);
    if (!rule) at.add(optionUnknown(at.place, option, INDICATOR_OPTION_NAMES));
    else if (!rule.accepts(value)) at.option(option).outOfRange(value, rule);
    else usable[option] = converted(rule, value);
  }
  return usable;
}

/** Reads `HEALTH_<NAME>_<OPTION>` for every option. */
export function indicatorOptionsFromEnvironment(
  name: string,
  environment: Environment,
  faults: Faults,
): HealthIndicatorOptions {
  const found: Record<string, unknown> = {};
  if (environment.isEmpty) return found;
  for (const option of INDICATOR_OPTION_NAMES) {
    const value = environment.read<unknown>([name, option], RULES[option], faults);
    if (value !== undefined) found[option] = value === 'off' ? undefined : value;
  }
  return found;
}

/** Merges the layers over the defaults, the last layer with the highest precedence, and checks the options against each other. */
export function resolveCheckSettings(
  layers: readonly HealthIndicatorOptions[],
  groups: Iterable<string>,
  at: FaultsAt,
): CheckSettings {
  const merged = Object.assign({}, INDICATOR_DEFAULTS, ...layers) as Omit<CheckSettings, 'maxAge'> & {
    readonly maxAge?: number;
  };
  const settings: CheckSettings = { ...merged, maxAge: merged.maxAge ?? defaultMaxAge(merged) };
  // With an interval, ttl has no effect, so it does not limit maxAge.
  if (settings.interval === undefined && settings.maxAge < settings.ttl)
    at.add(maxAgeBelowTtl(at.place, settings.maxAge, settings.ttl));
  if (settings.interval !== undefined && settings.maxAge <= settings.interval) {
    at.add(maxAgeWithinInterval(at.place, settings.maxAge, settings.interval));
  }
  const known = [...PROBES, ...groups];
  for (const probe of settings.probes) {
    if (!known.includes(probe)) at.add(probeUnknown(at.option('probes').place, probe, known));
  }
  return settings;
}
