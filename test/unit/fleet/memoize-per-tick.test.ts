import { expect, it, vi } from 'vitest';
import { memoizePerTick } from '../../../src/fleet/memoize-per-tick.js';

it('memoizePerTick computes once for calls in the same turn, and again in a later turn', async () => {
  let count = 0;
  const compute = vi.fn<() => number>(() => (count += 1));
  const read = memoizePerTick(compute);
  expect([read(), read(), read()]).toEqual([1, 1, 1]);
  await Promise.resolve();
  expect([read(), read()]).toEqual([2, 2]);
  expect(compute).toHaveBeenCalledTimes(2);
});

it('memoizePerTick does not cache an error', () => {
  const read = memoizePerTick(() => {
    throw new Error('no');
  });
  expect(read).toThrow('no');
  expect(read).toThrow('no');
});
