import { describe, expect, it } from 'vitest';
import type { Duration } from '../../../src/options/duration.js';
import {
  type Rule,
  callable,
  converted,
  duration,
  flag,
  listOf,
  matching,
  milliseconds,
  nonBlank,
  numeric,
  oneOf,
  orOff,
  show,
  whole,
  stringList,
} from '../../../src/options/rules.js';

/** The longest delay of Node's timers. A longer delay fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

const read = (rule: Rule, text: string): unknown => rule.read?.(text);

/** Names that every object inherits. */
const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];

describe('milliseconds', () => {
  const rule = milliseconds(1);

  it('describes the accepted values', () => {
    expect(rule.expected).toBe('a whole number of milliseconds from 1 to 2147483647');
  });

  it.each([1, 500, LONGEST_TIMER])('accepts %d', (value) => {
    expect(rule.accepts(value)).toBe(true);
  });

  it.each([0, -1, 1.5, NaN, Infinity, LONGEST_TIMER + 1, '500', 500n, null, true, [500], {}])('refuses %s', (value) => {
    expect(rule.accepts(value)).toBe(false);
  });

  it.each([
    ['500', 500],
    ['500ms', 500],
    ['500 ms', 500],
    ['2s', 2000],
    ['3m', 180_000],
    ['1h', 3_600_000],
    ['0500', 500],
    ['2147483647', LONGEST_TIMER],
  ])('reads %s', (text, value) => {
    expect(read(rule, text)).toBe(value);
  });

  it.each([
    '0',
    '-5',
    '1.5s',
    '5 d',
    '5S',
    's',
    '',
    '1e3',
    '0x10',
    '5 5',
    '2147483648',
    '600h',
    '9'.repeat(400),
    'soon',
    ...INHERITED,
  ])('does not read "%s"', (text) => {
    expect(read(rule, text)).toBeUndefined();
  });
});

describe('whole', () => {
  const rule = whole(2, 5);

  it('accepts the bounds and the whole numbers between them', () => {
    expect([1, 2, 5, 6].map((value) => rule.accepts(value))).toStrictEqual([false, true, true, false]);
    expect([2.5, '3', NaN, null, undefined, [3]].some((value) => rule.accepts(value))).toBe(false);
    expect(rule.expected).toBe('a whole number from 2 to 5');
  });

  it('reads digits within the bounds', () => {
    expect(['1', '2', '5', '6'].map((text) => read(rule, text))).toStrictEqual([undefined, 2, 5, undefined]);
    expect(['-2', '+3', '3.0', '3ms', 'three', ''].map((text) => read(rule, text))).toStrictEqual(
      Array<undefined>(6).fill(undefined),
    );
  });
});

describe('flag', () => {
  it('accepts only booleans', () => {
    expect(flag.expected).toBe('true or false');
    expect([true, false].every((value) => flag.accepts(value))).toBe(true);
    expect(['true', 1, 0, null, {}].some((value) => flag.accepts(value))).toBe(false);
  });

  it.each(['true', 'yes', 'on', '1', 'TRUE', 'Yes'])('reads %s as true', (text) => {
    expect(read(flag, text)).toBe(true);
  });

  it.each(['false', 'no', 'off', '0', 'FALSE', 'Off'])('reads %s as false', (text) => {
    expect(read(flag, text)).toBe(false);
  });

  it.each(['', 'maybe', 'y', 'n', '2', '-1'])('does not read "%s"', (text) => {
    expect(read(flag, text)).toBeUndefined();
  });

  it('does not read a property of the prototype of an object', () => {
    expect(INHERITED.map((text) => read(flag, text))).toStrictEqual(INHERITED.map(() => undefined));
  });
});

describe('words', () => {
  it('accepts lists of texts that are not empty', () => {
    expect([[], ['a'], ['a', 'b']].every((value) => stringList.accepts(value))).toBe(true);
    expect([['a', ''], ['a', 1], 'a', null, {}].some((value) => stringList.accepts(value))).toBe(false);
  });

  it('reads a list separated by commas, without whitespace and empty elements', () => {
    expect(read(stringList, 'ready, billing ,,live,')).toStrictEqual(['ready', 'billing', 'live']);
    expect(read(stringList, 'ready')).toStrictEqual(['ready']);
  });
});

describe('numeric', () => {
  it('accepts the bounds and every number between them', () => {
    const rule = numeric(0.5, 1);
    expect([0.5, 0.75, 1].every((value) => rule.accepts(value))).toBe(true);
    expect([0.49, 1.01, NaN, Infinity, '0.75', null, 1n].some((value) => rule.accepts(value))).toBe(false);
    expect(rule.expected).toBe('a number from 0.5 to 1');
  });
});

describe('nonBlank', () => {
  it('accepts texts that are not blank', () => {
    expect([' a ', 'a'].every((value) => nonBlank.accepts(value))).toBe(true);
    expect(['', '  ', 5, null, ['a']].some((value) => nonBlank.accepts(value))).toBe(false);
  });
});

describe('listOf', () => {
  it('accepts lists of at least one element that the rule accepts', () => {
    const rule = listOf(nonBlank);
    expect([['a'], ['a', 'b']].every((value) => rule.accepts(value))).toBe(true);
    expect([[], ['a', ''], 'a', null, {}].some((value) => rule.accepts(value))).toBe(false);
    expect(rule.expected).toBe('a list of at least one element, each a text that is not blank');
  });
});

describe('callable', () => {
  it('accepts functions, and cannot be set in the environment', () => {
    expect(callable.accepts(() => true)).toBe(true);
    expect(callable.accepts('() => true')).toBe(false);
    expect(callable.read).toBeUndefined();
  });
});

describe('oneOf', () => {
  const rule = oneOf(['status', 'full']);

  it('accepts and reads only the listed values', () => {
    expect(rule.expected).toBe('"status" or "full"');
    expect(['status', 'full'].every((value) => rule.accepts(value))).toBe(true);
    expect(['Full', '', null, ['full'], ...INHERITED].some((value) => rule.accepts(value))).toBe(false);
    expect(read(rule, 'full')).toBe('full');
    expect(['FULL', 'half', ...INHERITED].map((text) => read(rule, text))).toStrictEqual(
      Array<undefined>(6).fill(undefined),
    );
  });
});

describe('matching', () => {
  const rule = matching(/^a+$/, 'some letters a');

  it('accepts and reads texts that match the pattern', () => {
    expect(rule.expected).toBe('some letters a');
    expect(rule.accepts('aa')).toBe(true);
    expect(['b', 'ab', '', ['a'], null].some((value) => rule.accepts(value))).toBe(false);
    expect([read(rule, 'aa'), read(rule, 'b')]).toStrictEqual(['aa', undefined]);
  });
});

describe('duration', () => {
  const rule = duration(1);

  it.each([
    [500, 500],
    ['500ms', 500],
    ['5s', 5000],
    ['1m', 60_000],
    ['1h', 3_600_000],
  ])('accepts %j and converts it to milliseconds', (value, expected) => {
    expect(rule.accepts(value)).toBe(true);
    expect(converted(rule, value)).toBe(expected);
  });

  it.each(['500', '0s', '1.5s', '-5s', '5 s', '5S', '600h', 'soon', '', null, 0])('refuses %j', (value) => {
    expect(rule.accepts(value)).toBe(false);
  });

  it('reads a variable with or without a unit', () => {
    expect(['500', '5s', '0', 'soon'].map((text) => read(rule, text))).toStrictEqual([500, 5000, undefined, undefined]);
  });

  it('converts also as a part of another rule', () => {
    expect(converted(orOff(rule), '2s')).toBe(2000);
  });

  it('has a type that allows only whole numbers with a unit', () => {
    const allowed: Duration[] = [5, '5s', '500ms'];
    // @ts-expect-error -- a fraction
    allowed.push('1.5s');
    // @ts-expect-error -- no unit
    allowed.push('500');
    // @ts-expect-error -- an unknown unit
    allowed.push('5d');
    expect(allowed.filter((value) => rule.accepts(value))).toStrictEqual([5, '5s', '500ms']);
  });
});

describe('orOff', () => {
  it('accepts the same values as the rule in code, and reads "off" in addition', () => {
    const rule = orOff(milliseconds(1));
    expect([rule.accepts(5), rule.accepts('off'), rule.accepts(0)]).toStrictEqual([true, false, false]);
    expect(['off', 'OFF', '5s', 'never'].map((text) => read(rule, text))).toStrictEqual([
      'off',
      'off',
      5000,
      undefined,
    ]);
    expect(rule.expected).toBe('a whole number of milliseconds from 1 to 2147483647, or "off" in the environment');
  });

  it('reads no variable if the rule reads none', () => {
    expect(orOff(callable).read).toBeUndefined();
  });
});

describe('show', () => {
  it.each([
    ['text', '"text"'],
    ['two\nlines', String.raw`"two\nlines"`],
    ['redis://:hunter2@cache', '"redis://***@cache"'],
    [`redis://:${'x'.repeat(80)}@cache`, '"redis://***@cache"'],
    ['a'.repeat(60), `"${'a'.repeat(60)}"`],
    ['a'.repeat(61), `"${'a'.repeat(57)}..."`],
    [5, '5'],
    [5n, '5'],
    [NaN, 'NaN'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('name'), 'Symbol(name)'],
    [[1, 2], 'an array'],
    [{ password: 'hunter2' }, 'an object'],
    [show, 'the function show'],
    [() => 1, 'the function (without a name)'],
  ])('shows %o on one line and without its contents', (value, text) => {
    expect(show(value)).toBe(text);
  });
});
