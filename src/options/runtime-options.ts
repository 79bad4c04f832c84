import { isRecord } from '../core/is-record.js';
import { optionFixed, optionUnknown } from '../errors/messages.js';
import type { FaultsAt } from './faults.js';
import type { HealthIndicatorOptions } from './indicator-options.js';
import { INDICATOR_OPTION_NAMES, indicatorOptionRule } from './resolve-indicator.js';
import { type Rule, converted } from './rules.js';

/** Options that have no meaning once the application has started, or that no text can express. */
const FIXED = ['when', 'initialDelay'] as const;

type FixedOption = (typeof FIXED)[number];

/** The options of an indicator that can change while the application runs. `off` removes an interval or a threshold. */
export type RuntimeIndicatorOptions = Omit<HealthIndicatorOptions, FixedOption | 'interval' | 'slowThreshold'> & {
  readonly interval?: HealthIndicatorOptions['interval'] | 'off';
  readonly slowThreshold?: HealthIndicatorOptions['slowThreshold'] | 'off';
};

/** The names of the options that can change while the application runs. */
export const RUNTIME_OPTION_NAMES = INDICATOR_OPTION_NAMES.filter(
  (option): option is Exclude<typeof option, FixedOption> => !FIXED.some((fixed) => fixed === option),
);

const anObject: Pick<Rule, 'expected'> = {
  expected: `an object with at least one of ${RUNTIME_OPTION_NAMES.join(', ')}`,
};

/** Checks options that come from outside while the application runs, and returns the valid ones. */
export function checkRuntimeOptions(options: unknown, at: FaultsAt): HealthIndicatorOptions {
  const usable: Record<string, unknown> = {};
  if (!isRecord(options)) {
    at.outOfRange(options, anObject);
    return usable;
  }
  if (Object.keys(options).length === 0) {
    at.add({ place: at.place, problem: 'it sets no option', remedy: `use ${anObject.expected}` });
    return usable;
  }
  for (const [option, value] of Object.entries(options)) {
    const rule = indicatorOptionRule(option);
    if (FIXED.some((fixed) => fixed === option)) at.add(optionFixed(at.option(option).place, RUNTIME_OPTION_NAMES));
    else if (!rule) at.add(optionUnknown(at.place, option, RUNTIME_OPTION_NAMES));
    else if (value === 'off' && rule.read?.('off') === 'off') usable[option] = undefined;
    else if (rule.accepts(value)) usable[option] = converted(rule, value);
    else at.option(option).outOfRange(value, rule);
  }
  return usable;
}
