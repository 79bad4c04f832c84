import { expect, it, vi } from 'vitest';
import { settlesWithin } from '../../../src/lifecycle/time-limit.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { latch, never } from '../../support/latch.js';

useFakeClock();

it('the time limit is true for a promise that resolves in time, and leaves no timer', async () => {
  const work = latch();
  const inTime = settlesWithin(work.promise, 1000);

  await advance(999);
  work.open();

  await expect(inTime).resolves.toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

it('the time limit is false at the limit for a promise that does not settle', async () => {
  const seen: boolean[] = [];
  void settlesWithin(never(), 1000).then((inTime) => seen.push(inTime));

  await advance(999);
  expect(seen).toEqual([]);

  await advance(1);
  expect(seen).toEqual([false]);
});

it('the time limit rejects with the reason of the promise, and leaves no timer', async () => {
  await expect(settlesWithin(Promise.reject(new Error('broken')), 1000)).rejects.toThrow('broken');
  expect(vi.getTimerCount()).toBe(0);
});

it('the time limit handles a rejection after the limit', async () => {
  const unhandled = vi.fn<() => void>();
  process.on('unhandledRejection', unhandled);
  try {
    const work = latch();
    const inTime = settlesWithin(work.promise, 10);
    await advance(10);
    await expect(inTime).resolves.toBe(false);

    work.fail(new Error('too late'));
    vi.useRealTimers();
    // Node reports unhandled rejections between two turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));

    expect(unhandled).not.toHaveBeenCalled();
  } finally {
    process.off('unhandledRejection', unhandled);
  }
});

it('the time limit is true for a promise that is already resolved, also with a limit of 0', async () => {
  await expect(settlesWithin(Promise.resolve(), 0)).resolves.toBe(true);
});
