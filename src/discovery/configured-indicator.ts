import { Injectable } from '@nestjs/common';
import type { ConfigurationFault } from '../errors/fault.js';
import { optionOutOfRange } from '../errors/messages.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { type Rule, show } from '../options/rules.js';
import type { HealthIndicator } from './health-indicator.decorator.js';
import { setIndicatorMetadata } from './indicator-metadata.js';

/** What each option of a built-in indicator takes. The options that every indicator has are not among them. */
export type OwnRules<Own> = { readonly [Option in keyof Own]-?: Rule };

/** The options of a built-in indicator, its own apart from those that every indicator has. */
export interface ConfiguredOptions<Own> {
  readonly own: Own;
  /** What messages call the indicator: `HttpIndicator("payments")`. */
  readonly place: string;
  /** Makes the class an indicator with the name, the common options and the faults that were found. */
  annotate(target: abstract new (...args: never[]) => HealthIndicator): void;
}

/**
 * Reads what a class-returning function such as `HttpIndicator(name, options)` was given. Faults are not thrown here,
 * where a module is only being declared: they are noted on the class, and stop the boot together with all others.
 */
export function configureIndicator<Own extends object>(
  kind: string,
  name: string,
  options: Own & HealthIndicatorOptions,
  rules: OwnRules<Own>,
  required: readonly (keyof Own & string)[] = [],
): ConfiguredOptions<Own> {
  const place = `${kind}(${show(name)})`;
  const faults: ConfigurationFault[] = [];
  const own: Record<string, unknown> = {};
  const common: Record<string, unknown> = {};
  // Left out altogether, as plain JavaScript can: what is required is missing then.
  const given: Partial<Own & HealthIndicatorOptions> = options ?? {};
  for (const [option, value] of Object.entries(given)) {
    const rule = ruleOf(rules, option);
    if (!rule) common[option] = value;
    else if (value === undefined || rule.accepts(value)) own[option] = value;
    else faults.push(optionOutOfRange(`${place}, ${option}`, show(value), rule.expected));
  }
  for (const option of required) {
    if (given[option] === undefined) {
      faults.push(optionOutOfRange(`${place}, ${option}`, 'undefined', rules[option].expected));
    }
  }
  return {
    own: own as Own,
    place,
    annotate: (target) => {
      Injectable()(target);
      // Messages name the class: this tells the reader which of several it is.
      Object.defineProperty(target, 'name', { value: place });
      setIndicatorMetadata(target, { name, options: common, faults });
    },
  };
}

function ruleOf<Own>(rules: OwnRules<Own>, option: string): Rule | undefined {
  return Object.hasOwn(rules, option) ? rules[option as keyof Own] : undefined;
}
