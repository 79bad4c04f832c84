import { describe, expect, it, vi } from 'vitest';
import { connectUntilClosed } from '../../../src/cli/fleet/connect-until-closed.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

describe('connectUntilClosed()', () => {
  useFakeClock();

  it('connects again every second until it succeeds, and reports each error', async () => {
    const errors: unknown[] = [];
    let attempts = 0;
    const connect = (): Promise<string> => {
      attempts += 1;
      return attempts < 3 ? Promise.reject(new Error(`attempt ${attempts}`)) : Promise.resolve('client');
    };
    const connected = connectUntilClosed(connect, (error) => errors.push(error), new AbortController().signal);
    await advance(1500);
    expect(errors).toHaveLength(2);
    await advance(500);
    expect(await connected).toBe('client');
    expect(errors).toStrictEqual([new Error('attempt 1'), new Error('attempt 2')]);
  });

  it('makes no attempt after it was closed', async () => {
    const closed = new AbortController();
    const connect = vi.fn<() => Promise<never>>(() => Promise.reject(new Error('away')));
    const connected = connectUntilClosed(connect, () => undefined, closed.signal);
    setTimeout(() => closed.abort(), 500);
    await Promise.all([expect(connected).rejects.toThrow('away'), advance(5000)]);
    expect(connect).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
