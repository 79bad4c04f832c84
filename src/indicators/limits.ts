import { isRecord } from '../core/is-record.js';
import { type HealthData, type HealthResult, degraded, down, up } from '../core/result.js';
import type { OwnRules } from '../discovery/configured-indicator.js';
import type { InMilliseconds } from '../options/duration.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import type { Rule } from '../options/rules.js';
import { type ConfiguredOptions, type OwnOf, configureIndicator } from '../discovery/configured-indicator.js';

/** Two limits of one number. A value exactly at a limit is still within it. */
export interface Limits {
  /** Beyond this limit the indicator is DEGRADED, and the response is still 200. Default: that of the option. False: no limit. */
  readonly warn?: number | false;
  /** Beyond this limit the indicator is DOWN. Default: that of the option. False: no limit. */
  readonly fail?: number | false;
}

/** The side of a limit on which a value is beyond it. */
export type Direction = 'above' | 'below';

/** A number of an indicator that has limits. */
export interface LimitedNumber {
  /** The rule for each limit. */
  readonly within: Rule<number>;
  readonly direction: Direction;
  /** The limits that apply where the options set none. */
  readonly defaults: Limits;
}

export interface ConfiguredLimits<Own, Name extends string> extends ConfiguredOptions<Own> {
  readonly limits: Readonly<Record<Name, Limits>>;
}

/**
 * As `configureIndicator`, for options with pairs of limits. A limit that is left out keeps its default, also when the other limit
 * of the pair is set.
 */
export function configureLimits<Options extends HealthIndicatorOptions, Name extends keyof Options & string>(
  kind: string,
  name: string,
  options: Options,
  rules: OwnRules<Omit<OwnOf<Options>, Name>>,
  numbers: Readonly<Record<Name, LimitedNumber>>,
  required: readonly (keyof Omit<OwnOf<Options>, Name> & string)[] = [],
): ConfiguredLimits<Omit<OwnOf<Options>, Name>, Name> {
  const spread: Record<string, unknown> = Object.fromEntries(Object.entries(options));
  const spreadRules: Record<string, Rule> = { ...rules };
  const limits: Partial<Record<Name, Limits>> = {};
  for (const [option, { within, direction, defaults }] of Object.entries<LimitedNumber>(numbers)) {
    const given = spread[option];
    spreadRules[option] = PAIR;
    limits[option as Name] = given === false ? {} : { ...defaults, ...definedOf(given) };
    if (!isRecord(given)) continue;
    // Each limit is checked as an option of its own, so that a fault names the limit and its value.
    delete spread[option];
    for (const [limit, value] of Object.entries(given)) spread[`${option}.${limit}`] = value;
    spreadRules[`${option}.warn`] = warnRule(within, direction, `${option}.fail`, given['fail']);
    spreadRules[`${option}.fail`] = orFalse(within);
  }
  const { own, place, annotate } = configureIndicator<Record<string, unknown>>(
    kind,
    name,
    spread,
    spreadRules,
    required,
  );
  return {
    own: own as InMilliseconds<Omit<OwnOf<Options>, Name>>,
    place,
    annotate,
    limits: limits as Record<Name, Limits>,
  };
}

const PAIR: Rule = {
  expected: 'false, or an object of "warn" and "fail"',
  accepts: (value) => value === false,
};

/** A warning limit beyond the failure limit would have no effect. */
export function warnRule(within: Rule<number>, direction: Direction, failName: string, fail: unknown): Rule {
  const rule = orFalse(within);
  if (typeof fail !== 'number' || !within.accepts(fail)) return rule;
  return {
    expected: `${rule.expected}, and not ${direction} ${failName} (${fail})`,
    accepts: (value) => rule.accepts(value) && !(typeof value === 'number' && isBeyond(value, fail, direction)),
  };
}

export function orFalse(within: Rule<number>): Rule {
  return {
    expected: `false, or ${within.expected}`,
    accepts: (value) => value === false || within.accepts(value),
  };
}

function definedOf(given: unknown): Limits {
  return isRecord(given) ? Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) : {};
}

/** A measured number with its limits. */
export interface Reading {
  /** The name of the number, as the beginning of a sentence: `heap in use`. */
  readonly label: string;
  readonly value: number;
  readonly limits: Limits;
  readonly direction?: Direction;
  /** Formats the number with its unit. */
  readonly show: (value: number) => string;
}

/** The worst result of all readings, with its reasons. */
export function judge(readings: readonly Reading[], data?: HealthData): HealthResult {
  const failing = readings.flatMap((reading) => beyond(reading, reading.limits.fail));
  if (failing.length > 0) return down(failing.join('; '), data);
  const warning = readings.flatMap((reading) => beyond(reading, reading.limits.warn));
  return warning.length > 0 ? degraded(warning.join('; '), data) : up(data);
}

function beyond({ label, value, direction = 'above', show }: Reading, limit: number | false | undefined): string[] {
  if (limit === undefined || limit === false || !isBeyond(value, limit, direction)) return [];
  return [`${label}: ${show(value)}, ${direction} ${show(limit)}`];
}

function isBeyond(value: number, limit: number, direction: Direction): boolean {
  return direction === 'above' ? value > limit : value < limit;
}
