import type { HealthResult } from 'nest-vitals';
import { describe, expect, it, vi } from 'vitest';
import { ThresholdIndicator, type ThresholdIndicatorOptions } from '../../../src/indicators/threshold.indicator.js';
import { calm, faultsOf, run } from './indicator.js';

type Options = Omit<ThresholdIndicatorOptions<[]>, 'value' | 'inject'>;

async function of(value: unknown, options: Options): Promise<HealthResult> {
  const indicator = ThresholdIndicator('queue', { ...options, value: () => value as number });
  return run(new indicator());
}

describe('ThresholdIndicator', () => {
  it.each([
    [10, 'UP', undefined],
    [11, 'DEGRADED', 'value: 11 jobs, above 10 jobs'],
    [20, 'DEGRADED', 'value: 20 jobs, above 10 jobs'],
    [21, 'DOWN', 'value: 21 jobs, above 20 jobs'],
  ])('with a value of %d is %s', async (value, status, message) => {
    expect(await of(value, { warn: 10, fail: 20, unit: 'jobs' })).toEqual({
      status,
      ...(message !== undefined && { message }),
      data: { value, unit: 'jobs', warn: 10, fail: 20 },
    });
  });

  it('compares in the other direction for resources that run out', async () => {
    const options = { warn: 10, fail: 2, direction: 'below' } as const;
    expect([(await of(10, options)).status, (await of(9, options)).status, (await of(1, options)).status]).toEqual([
      'UP',
      'DEGRADED',
      'DOWN',
    ]);
  });

  it('needs only one limit, and reports the limits that are set', async () => {
    expect(await of(6.54321, { warn: 5 })).toEqual({
      status: 'DEGRADED',
      message: 'value: 6.543, above 5',
      data: { value: 6.54321, warn: 5 },
    });
    expect(await of(6, { warn: false, fail: 5 })).toMatchObject({ status: 'DOWN', data: { value: 6, fail: 5 } });
  });

  it('accepts a promise, and the bigint values of databases', async () => {
    expect(await of(Promise.resolve(21), { fail: 20 })).toMatchObject({ status: 'DOWN' });
    expect(await of(21n, { fail: 20 })).toMatchObject({ status: 'DOWN', data: { value: 21 } });
    expect(await of(20n, { fail: 20 })).toMatchObject({ status: 'UP' });
  });

  it.each([
    ['12', 'the value is of type string instead of number'],
    [undefined, 'the value is of type undefined instead of number'],
    [null, 'the value is of type object instead of number'],
    [Number.NaN, 'the value is not a number'],
  ])('is DOWN when the value is %s', async (value, message) => {
    expect(await of(value, { fail: 20 })).toEqual({ status: 'DOWN', message });
  });

  it('throws the error of the function', async () => {
    const broken = ThresholdIndicator('queue', {
      fail: 1,
      value: () => {
        throw new Error('no connection');
      },
    });
    await expect(run(new broken())).rejects.toThrow('no connection');
  });

  it('passes the injected providers, and the context', async () => {
    const value = vi.fn<(...injected: unknown[]) => number>(() => 1);
    const indicator = ThresholdIndicator('queue', { inject: ['a', 'b'], fail: 5, value });
    const signal = calm();
    await run(new indicator('first', 'second'), signal);
    expect(value).toHaveBeenCalledExactlyOnceWith(
      'first',
      'second',
      expect.objectContaining({ name: 'tested', signal, timeout: 500 }),
    );
  });

  const faults = (options: object): string[] => faultsOf(ThresholdIndicator('queue', { value: () => 1, ...options }));

  it.each([
    [{}, 'fail: it is missing; use false, or a number from'],
    [{ warn: false }, 'fail: it is missing; use false, or a number from'],
    [{ fail: 1, value: 5 }, 'value: its value is 5; use a function'],
    [{ fail: 1, value: undefined }, 'value: it is missing; use a function'],
    [{ fail: '1' }, 'fail: its value is "1"; use false, or a number from'],
    [{ fail: Number.NaN }, 'fail: its value is NaN; use false, or a number from'],
    [{ warn: 5, fail: 1 }, 'warn: its value is 5; use false, or a number from'],
    [{ warn: 1, fail: 5, direction: 'below' }, 'warn: its value is 1; use false, or a number from'],
    [{ fail: 1, direction: 'up' }, 'direction: its value is "up"; use "above" or "below"'],
    [{ fail: 1, unit: '' }, 'unit: its value is ""; use a text that is not blank'],
    [{ fail: 1, inject: 'queue' }, 'inject: its value is "queue"; use a list of injection tokens'],
    [{ fail: 1, inject: [undefined] }, 'inject: its value is an array; use a list of injection tokens'],
  ])('refuses %j', (options, fault) => {
    const found = faults(options);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`ThresholdIndicator("queue"), ${fault}`);
  });

  it('accepts negative numbers, fractions and zero', () => {
    expect(faults({ warn: -2.5, fail: 0 })).toEqual([]);
  });
});
