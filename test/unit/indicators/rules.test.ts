import { describe, expect, it } from 'vitest';
import { listOf, nonBlank, numeric, show, whole } from '../../../src/options/rules.js';

describe('the rules of indicator options', () => {
  it('numeric accepts fractions in its range, and no other value', () => {
    const rule = numeric(0, 1);
    expect([0, 0.5, 1].map((value) => rule.accepts(value))).toEqual([true, true, true]);
    expect([-0.1, 1.1, Number.NaN, '0.5', null].some((value) => rule.accepts(value))).toBe(false);
    expect(rule.expected).toBe('a number from 0 to 1');
  });

  it('nonBlank accepts a text that is not blank', () => {
    expect(nonBlank.accepts('a')).toBe(true);
    expect(['', ' \n', 5, undefined].some((value) => nonBlank.accepts(value))).toBe(false);
  });

  it('listOf accepts a list whose elements all pass the rule', () => {
    const rule = listOf(whole(1, 3));
    expect(rule.accepts([1, 3])).toBe(true);
    expect([[], [1, 4], 1, { length: 1 }].some((value) => rule.accepts(value))).toBe(false);
    expect(rule.expected).toBe('a list of at least one element, each a whole number from 1 to 3');
  });

  it('show masks the credentials of a URL, also in a shortened text', () => {
    expect(show('htp://user:secret@host/path')).toBe('"htp://***@host/path"');
    expect(show(`htp://user:${'secret'.repeat(20)}@host`)).toBe('"htp://***@host"');
  });
});
