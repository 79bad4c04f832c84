import { Injectable, type Type } from '@nestjs/common';
import { optionUnknown } from '../errors/messages.js';
import type { InMilliseconds } from '../options/duration.js';
import { Faults } from '../options/faults.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { INDICATOR_OPTION_NAMES } from '../options/resolve-indicator.js';
import { type Rule, converted, show } from '../options/rules.js';
import type { HealthIndicator } from './health-indicator.decorator.js';
import { setIndicatorMetadata } from './indicator-metadata.js';

/** The options that only this kind of indicator has. */
export type OwnOf<Options> = Omit<Options, keyof HealthIndicatorOptions>;

/** A rule for each option that only this kind of indicator has. An option without a rule does not compile. */
export type OwnRules<Own> = { readonly [Option in keyof Own]-?: Rule };

/** The options of a built-in indicator, split into its own and those that every indicator has. */
export interface ConfiguredOptions<Own> {
  readonly own: InMilliseconds<Own>;
  /** The name of the indicator in messages: `HttpIndicator("payments")`. */
  readonly place: string;
  /** Makes the class an indicator with the name, the common options and the faults that were found. Returns the class. */
  readonly annotate: <Indicator extends Type<HealthIndicator>>(target: Indicator) => Indicator;
}

/**
 * Reads the parameters of a class-returning function such as `HttpIndicator(name, options)`. It throws no fault, because it
 * runs while a module is declared: faults are kept on the class, and stop the boot together with all others.
 */
export function configureIndicator<Options extends HealthIndicatorOptions>(
  kind: string,
  name: string,
  options: Options,
  rules: OwnRules<OwnOf<Options>>,
  required: readonly (keyof OwnOf<Options> & string)[] = [],
): ConfiguredOptions<OwnOf<Options>> {
  const at = new Faults().at(`${kind}(${show(name)})`);
  const { place, faults } = at;
  const own: Record<string, unknown> = {};
  const common: Record<string, unknown> = {};
  // Plain JavaScript can omit the options. The required ones are missing then.
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  for (const [option, value] of Object.entries(given)) {
    const rule = ruleOf(rules, option);
    if (rule) {
      if (value === undefined) own[option] = value;
      else if (rule.accepts(value)) own[option] = converted(rule, value);
      else at.option(option).outOfRange(value, rule);
    } else if (INDICATOR_OPTION_NAMES.some((known) => known === option)) common[option] = value;
    else faults.add(optionUnknown(place, option, [...Object.keys(rules), ...INDICATOR_OPTION_NAMES]));
  }
  for (const option of required) {
    if (given[option] === undefined) at.option(option).missing(rules[option]);
  }
  return {
    own: own as InMilliseconds<OwnOf<Options>>,
    place,
    annotate: (target) => {
      Injectable()(target);
      // Messages name the class, and several indicators may be of this kind.
      Object.defineProperty(target, 'name', { value: place });
      setIndicatorMetadata(target, { name, options: common, faults: faults.list });
      return target;
    },
  };
}

function ruleOf<Own>(rules: OwnRules<Own>, option: string): Rule | undefined {
  return Object.hasOwn(rules, option) ? rules[option as keyof Own] : undefined;
}
