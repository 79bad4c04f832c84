import { expect, it, vi } from 'vitest';
import { oncePerTurn } from '../../../src/fleet/once-per-turn.js';

it('oncePerTurn computes once for calls in the same turn, and again in a later turn', async () => {
  let count = 0;
  const compute = vi.fn<() => number>(() => (count += 1));
  const read = oncePerTurn(compute);
  expect([read(), read(), read()]).toEqual([1, 1, 1]);
  await Promise.resolve();
  expect([read(), read()]).toEqual([2, 2]);
  expect(compute).toHaveBeenCalledTimes(2);
});

it('oncePerTurn does not cache an error', () => {
  const read = oncePerTurn(() => {
    throw new Error('no');
  });
  expect(read).toThrow('no');
  expect(read).toThrow('no');
});
