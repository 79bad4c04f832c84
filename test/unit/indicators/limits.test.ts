import { describe, expect, it } from 'vitest';
import { type Limits, configureLimits, judge } from '../../../src/indicators/limits.js';
import { numeric } from '../../../src/options/rules.js';
import type { HealthIndicatorOptions } from '../../../src/options/indicator-options.js';
import { faultsOf } from './indicator.js';

const show = (value: number): string => `${value} jobs`;

function judged(value: number, limits: Limits, direction?: 'above' | 'below') {
  return judge([{ label: 'queue', value, limits, show, ...(direction && { direction }) }]);
}

describe('judge', () => {
  it.each([
    [10, 'UP', undefined],
    [11, 'DEGRADED', 'queue: 11 jobs, above 10 jobs'],
    [20, 'DEGRADED', 'queue: 20 jobs, above 10 jobs'],
    [21, 'DOWN', 'queue: 21 jobs, above 20 jobs'],
  ])('of %d is %s', (value, status, message) => {
    const { data: _, ...result } = judged(value, { warn: 10, fail: 20 });
    expect(result).toEqual({ status, ...(message !== undefined && { message }) });
  });

  it('compares in the other direction for resources that run out', () => {
    const limits = { warn: 10, fail: 2 };
    expect([10, 9, 2, 1].map((value) => judged(value, limits, 'below').status)).toEqual([
      'UP',
      'DEGRADED',
      'DEGRADED',
      'DOWN',
    ]);
    expect(judged(1, limits, 'below').message).toBe('queue: 1 jobs, below 2 jobs');
  });

  it('has no limit by default, and 0 is a limit', () => {
    expect(judged(1e9, {}).status).toBe('UP');
    expect(judged(1e9, { warn: false, fail: false }).status).toBe('UP');
    expect(judged(1, { fail: 0 }).status).toBe('DOWN');
    expect(judged(1, { warn: 0 }).status).toBe('DEGRADED');
  });

  it('lists every value above its limit, and the worst one decides', () => {
    const limits = { warn: 1, fail: 5 };
    const reading = (label: string, value: number) => ({ label, value, limits, show: String });
    expect(judge([reading('a', 2), reading('b', 0), reading('c', 3)], { a: 2 })).toEqual({
      status: 'DEGRADED',
      message: 'a: 2, above 1; c: 3, above 1',
      data: { a: 2 },
    });
    expect(judge([reading('a', 2), reading('b', 6), reading('c', 7)], { a: 2 })).toEqual({
      status: 'DOWN',
      message: 'b: 6, above 5; c: 7, above 5',
      data: { a: 2 },
    });
    expect(judge([reading('a', 0)], { a: 0 })).toEqual({ status: 'UP', data: { a: 0 } });
  });
});

interface Options extends HealthIndicatorOptions {
  readonly usage?: Limits | false;
  readonly level?: Limits | false;
  readonly other?: number;
}

function configured(options: object) {
  class Target {
    check(): void {}
  }
  const { limits, own, annotate } = configureLimits<Options, 'usage' | 'level'>(
    'TestIndicator',
    'test',
    options,
    { other: numeric(0, 9) },
    {
      usage: { within: numeric(0, 1), direction: 'above', defaults: { warn: 0.8, fail: 0.9 } },
      level: { within: numeric(0, 100), direction: 'below', defaults: {} },
    },
  );
  annotate(Target);
  return { limits, own, faults: faultsOf(Target) };
}

describe('options with a pair of limits', () => {
  it('have their defaults', () => {
    const { limits, faults } = configured({});
    expect(limits).toEqual({ usage: { warn: 0.8, fail: 0.9 }, level: {} });
    expect(faults).toEqual([]);
  });

  it('keep the default of one limit when the other is set', () => {
    expect(configured({ usage: { fail: 0.95 } }).limits.usage).toEqual({ warn: 0.8, fail: 0.95 });
    expect(configured({ usage: { warn: undefined, fail: 0.95 } }).limits.usage).toEqual({ warn: 0.8, fail: 0.95 });
  });

  it('can be switched off, one limit or both', () => {
    expect(configured({ usage: false }).limits.usage).toEqual({});
    const { limits, faults } = configured({ usage: { fail: false } });
    expect(limits.usage).toEqual({ warn: 0.8, fail: false });
    expect(faults).toEqual([]);
  });

  it('do not change the other options', () => {
    expect(configured({ other: 5, usage: { warn: 0.1 } }).own).toMatchObject({ other: 5 });
    expect(configured({ other: 10 }).faults).toEqual([
      'TestIndicator("test"), other: its value is 10; use a number from 0 to 9',
    ]);
  });

  it.each([
    [{ usage: { warn: 2 } }, 'TestIndicator("test"), usage.warn: its value is 2; use false, or a number from 0 to 1'],
    [
      { usage: { fail: '1' } },
      'TestIndicator("test"), usage.fail: its value is "1"; use false, or a number from 0 to 1',
    ],
    [
      { usage: { warn: 0.9, fail: 0.5 } },
      'TestIndicator("test"), usage.warn: its value is 0.9; use false, or a number from 0 to 1, and not above usage.fail (0.5)',
    ],
    [
      { level: { warn: 5, fail: 10 } },
      'TestIndicator("test"), level.warn: its value is 5; use false, or a number from 0 to 100, and not below level.fail (10)',
    ],
    [{ usage: 0.9 }, 'TestIndicator("test"), usage: its value is 0.9; use false, or an object of "warn" and "fail"'],
    [
      { usage: [0.9] },
      'TestIndicator("test"), usage: its value is an array; use false, or an object of "warn" and "fail"',
    ],
    [{ usage: true }, 'TestIndicator("test"), usage: its value is true; use false, or an object of "warn" and "fail"'],
  ])('refuse %j', (options, fault) => {
    expect(configured(options).faults).toEqual([fault]);
  });

  it('accept equal limits, and a warn above a fail that is only the default', () => {
    expect(configured({ usage: { warn: 0.5, fail: 0.5 }, level: { warn: 3, fail: 3 } }).faults).toEqual([]);
    expect(configured({ usage: { warn: 0.95 } }).faults).toEqual([]);
  });
});
