import { LONGEST_TIMER } from '../core/async.js';
import { maskCredentials } from '../core/redact.js';
import { parseDuration } from './duration.js';

/** The values that an option accepts. The same rule checks a value given in code and reads one from the environment. */
export interface Rule<T = unknown> {
  /** A description of the accepted values, which follows "use" in a message. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Converts an accepted value to the form that the library uses. Absent: the value is used as it is. */
  readonly convert?: (value: unknown) => T;
  /** Reads the text of an environment variable. Undefined: the text is malformed. Absent: the environment cannot set the option. */
  readonly read?: (text: string) => T | undefined;
  /** Whether messages must not show the value. */
  readonly isSecret?: true;
  /** Whether a missing value is a fault. */
  readonly isRequired?: true;
  /** A description of the accepted texts of a variable, where a variable accepts fewer values than the code. */
  readonly expectedOfVariable?: string;
}

export interface RequiredRule<T = unknown> extends Rule<T> {
  readonly isRequired: true;
}

/** The same rule, for an option that must be set. */
export function required<T>(rule: Rule<T>): RequiredRule<T> {
  return { ...rule, isRequired: true };
}

/** The same rule, for a value that messages must not show. */
export function secret<T>(rule: Rule<T>): Rule<T> {
  return { ...rule, isSecret: true };
}

/** An accepted value, in the form that the library uses. */
export function converted<T>(rule: Rule<T>, value: unknown): T {
  return rule.convert ? rule.convert(value) : (value as T);
}

/** A whole number of milliseconds. An environment variable may also have a unit. */
export function milliseconds(min: number): Rule<number> {
  const rule = whole(min, LONGEST_TIMER);
  return {
    expected: `a whole number of milliseconds from ${min} to ${LONGEST_TIMER}`,
    accepts: rule.accepts,
    read: (text) => within(rule, parseDuration(text)),
  };
}

/** As `milliseconds`, and in code also a text with a unit. The value is converted to milliseconds. */
export function duration(min: number): Rule<number> {
  const rule = milliseconds(min);
  const valueOf = (value: unknown): unknown =>
    typeof value === 'string' && WITH_UNIT.test(value) ? parseDuration(value) : value;
  return {
    expected: `${rule.expected}, or a text with a unit such as "500ms", "5s", "1m" or "1h"`,
    accepts: (value) => rule.accepts(valueOf(value)),
    convert: (value) => valueOf(value) as number,
    ...(rule.read && { read: rule.read }),
  };
}

const WITH_UNIT = /^\d+(?:ms|s|m|h)$/;

export function whole(min: number, max: number): Rule<number> {
  const rule: Rule<number> = {
    expected: `a whole number from ${min} to ${max}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    read: (text) => (/^\d+$/.test(text) ? within(rule, Number(text)) : undefined),
  };
  return rule;
}

/** A whole number without an upper limit of its own. */
export function wholeFrom(min: number): Rule<number> {
  return whole(min, Number.MAX_SAFE_INTEGER);
}

/** Any number of the range, with or without a fraction. */
export function numeric(min: number, max: number): Rule<number> {
  return {
    expected: `a number from ${min} to ${max}`,
    accepts: (value) => typeof value === 'number' && value >= min && value <= max,
  };
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

export const flag: Rule<boolean> = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  read: (text) => (Object.hasOwn(FLAGS, text.toLowerCase()) ? FLAGS[text.toLowerCase()] : undefined),
};

export const stringList: Rule<readonly string[]> = {
  expected: 'a list of words',
  accepts: (value) => Array.isArray(value) && value.every((word) => typeof word === 'string' && word !== ''),
  // The list of the caller may change after it was checked.
  convert: (value) => [...(value as readonly string[])],
  read: (text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
};

export const nonBlank: Rule<string> = {
  expected: 'a text that is not blank',
  accepts: (value) => typeof value === 'string' && value.trim() !== '',
};

/** A list of at least one element. The rule accepts each element. */
export function listOf<T>(rule: Rule<T>): Rule<readonly T[]> {
  return {
    expected: `a list of at least one element, each ${rule.expected}`,
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((element) => rule.accepts(element)),
  };
}

export const callable: Rule = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
};

export const ascending: Rule<readonly number[]> = {
  expected: 'a list of numbers above 0, in ascending order',
  accepts: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((bound, index) => Number.isFinite(bound) && bound > (index === 0 ? 0 : value[index - 1])),
};

export function oneOf<T extends string>(values: readonly T[]): Rule<T> {
  return {
    expected: values.map((value) => `"${value}"`).join(' or '),
    accepts: (value) => values.some((known) => known === value),
    read: (text) => values.find((known) => known === text),
  };
}

export function matching(pattern: RegExp, expected: string): Rule<string> {
  return {
    expected,
    accepts: (value) => typeof value === 'string' && pattern.test(value),
    read: (text) => (pattern.test(text) ? text : undefined),
  };
}

/** The same rule. A variable may also be "off", which removes the value that the code has set. */
export function orOff<T>(rule: Rule<T>): Rule<T | 'off'> {
  const { read, convert } = rule;
  return {
    expected: `${rule.expected}, or "off" in the environment`,
    accepts: rule.accepts,
    ...(convert && { convert }),
    ...(read && { read: (text: string) => (text.toLowerCase() === 'off' ? ('off' as const) : read(text)) }),
  };
}

function within(rule: Rule<number>, value: number | undefined): number | undefined {
  return rule.accepts(value) ? value : undefined;
}

/** A value for a message: short, on one line, without the credentials of a URL and without the content of an object. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const masked = maskCredentials(value);
    return JSON.stringify(masked.length > 60 ? `${masked.slice(0, 57)}...` : masked);
  }
  if (typeof value === 'function') return `the function ${value.name || '(without a name)'}`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
