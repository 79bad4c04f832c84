import { expect, it, vi } from 'vitest';
import { Expiries } from '../../../src/stores/expiries.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

function recorded(): { readonly expiries: Expiries; readonly expired: string[] } {
  const expired: string[] = [];
  return { expired, expiries: new Expiries((name) => expired.push(name)) };
}

it('Expiries reports each entry once, after its own time', async () => {
  const { expiries, expired } = recorded();
  expiries.set('a', 3000);
  expiries.set('b', 1000);
  await advance(999);
  expect(expired).toEqual([]);
  await advance(1);
  expect(expired).toEqual(['b']);
  await advance(10_000);
  expect(expired).toEqual(['b', 'a']);
  expect(vi.getTimerCount()).toBe(0);
});

it('Expiries does not report an entry that was set again, removed, or made permanent', async () => {
  const { expiries, expired } = recorded();
  for (const name of ['again', 'removed', 'permanent', 'expires']) expiries.set(name, 1000);
  await advance(500);
  expiries.set('again', 1000);
  expiries.delete('removed');
  expiries.set('permanent', undefined);
  await advance(500);
  expect(expired).toEqual(['expires']);
  await advance(500);
  expect(expired).toEqual(['expires', 'again']);
  await advance(60_000);
  expect(expired).toHaveLength(2);
});

it('Expiries uses one timer for any number of entries', () => {
  const { expiries } = recorded();
  for (let index = 0; index < 100; index += 1) expiries.set(`${index}`, 5000 + index);
  expect(vi.getTimerCount()).toBe(1);
  expiries.clear();
  expect(vi.getTimerCount()).toBe(0);
});

it('Expiries lets changes that arrived while the event loop was blocked be read first', async () => {
  const { expiries, expired } = recorded();
  expiries.set('a', 1000);
  expiries.set('b', 1000);
  // The timer is due after a second, but fires after eleven.
  const clock = vi.spyOn(performance, 'now');
  const real = performance.now();
  clock.mockReturnValue(real + 11_000);
  vi.runOnlyPendingTimers();
  expect(expired).toEqual([]);
  expiries.set('a', 1000);
  clock.mockReturnValue(real + 11_250);
  vi.runOnlyPendingTimers();
  expect(expired).toEqual(['b']);
  clock.mockRestore();
});
