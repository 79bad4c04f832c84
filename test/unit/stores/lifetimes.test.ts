import { expect, it, vi } from 'vitest';
import { Lifetimes } from '../../../src/stores/lifetimes.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

const ROUND = 60_000;

function recorded(): { readonly lifetimes: Lifetimes; readonly discarded: string[] } {
  const discarded: string[] = [];
  const lifetimes = new Lifetimes(async (name, revision) => {
    discarded.push(`${name} ${revision}`);
    throw new Error('not permitted');
  });
  return { lifetimes, discarded };
}

it('Lifetimes counts from the time at which it first saw a revision', async () => {
  const { lifetimes } = recorded();
  expect(lifetimes.set('a', 1, 5000)).toBe(5000);
  await advance(4000);
  expect(lifetimes.set('a', 1, 5000)).toBe(1000);
  await advance(4000);
  expect(lifetimes.set('a', 1, 5000)).toBe(-3000);
  expect(lifetimes.set('a', 2, 5000)).toBe(5000);
  expect(lifetimes.set('a', 3, undefined)).toBeUndefined();
  expect(lifetimes.set('a', 3, 5000)).toBe(5000);
  lifetimes.retain(new Set(['b']));
  await advance(4000);
  expect(lifetimes.set('a', 3, 5000)).toBe(5000);
});

it('Lifetimes discards entries that expired a minute ago, once, and nothing else', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { lifetimes, discarded } = recorded();
  const stop = lifetimes.startDiscarding();
  lifetimes.set('expires', 1, 5000);
  lifetimes.set('stays', 2, undefined);
  lifetimes.set('lives', 3, 86_400_000);
  await advance(ROUND);
  expect(discarded).toEqual([]);
  await advance(ROUND);
  expect(discarded).toEqual(['expires 1']);
  await advance(5 * ROUND);
  expect(discarded).toHaveLength(1);
  stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.restoreAllMocks();
});

it('Lifetimes leaves most entries to other processes: about three processes discard one entry in a round', async () => {
  const { lifetimes, discarded } = recorded();
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.0301);
  const stop = lifetimes.startDiscarding();
  for (let index = 0; index < 100; index += 1) lifetimes.set(`${index}`, 1, 1000);
  await advance(2 * ROUND);
  expect(discarded).toEqual([]);
  random.mockReturnValue(0.0299);
  await advance(ROUND);
  expect(discarded).toHaveLength(100);
  stop();
  vi.restoreAllMocks();
});
