import { LONGEST_TIMER } from '../core/pause.js';
import { maskCredentials } from '../core/redact.js';

/** What values an option takes. The same rule checks a value given in code and reads one from the environment. */
export interface Rule<T = unknown> {
  /** What is allowed, to follow "expected" in a message. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Reads the text of an environment variable. Undefined: it cannot be read. Absent: the option cannot be set there. */
  readonly read?: (text: string) => T | undefined;
  /** What is allowed in a variable, where that is less than in the code. */
  readonly expectedOfVariable?: string;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

export function milliseconds(min: number): Rule<number> {
  const rule = whole(min, LONGEST_TIMER);
  return {
    expected: `a whole number of milliseconds from ${min} to ${LONGEST_TIMER}`,
    accepts: rule.accepts,
    read(text) {
      const [, digits, unit = ''] = /^(\d+)\s*(ms|s|m|h)?$/.exec(text) ?? [];
      const factor = UNITS[unit];
      return digits === undefined || factor === undefined ? undefined : within(rule, Number(digits) * factor);
    },
  };
}

export function whole(min: number, max: number): Rule<number> {
  const rule: Rule<number> = {
    expected: `a whole number from ${min} to ${max}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    read: (text) => (/^\d+$/.test(text) ? within(rule, Number(text)) : undefined),
  };
  return rule;
}

/** Any number of the range, fractions too. */
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

/** A list of at least one element, each as the rule says. */
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

/** The same, or "off", which takes back what the code has set. */
export function orOff<T>(rule: Rule<T>): Rule<T | 'off'> {
  const { read } = rule;
  return {
    expected: `${rule.expected}, or "off" in the environment`,
    accepts: rule.accepts,
    ...(read && { read: (text: string) => (text.toLowerCase() === 'off' ? ('off' as const) : read(text)) }),
  };
}

function within(rule: Rule<number>, value: number): number | undefined {
  return rule.accepts(value) ? value : undefined;
}

/** A value as it is shown in a message: short, on one line, without the credentials of a URL or the inside of an object. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const masked = maskCredentials(value);
    return JSON.stringify(masked.length > 60 ? `${masked.slice(0, 57)}...` : masked);
  }
  if (typeof value === 'function') return `the function ${value.name || '(without a name)'}`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
