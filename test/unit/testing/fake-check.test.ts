import { down, up } from 'nest-vitals';
import { FakeHealth } from 'nest-vitals/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeCheck } from '../../../src/testing/fake-check.js';

const context = (signal: AbortSignal) => ({ name: 'database', signal, timeout: 500, attach: () => undefined });

describe('a fake check', () => {
  const end = (): AbortController => new AbortController();

  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  it('returns without a timer when it has no delay', async () => {
    const check = new FakeCheck(() => down('gone'));
    expect(await check.run(context(end().signal))).toEqual(down('gone'));
  });

  it('ends a hanging check when the signal of the run is aborted', async () => {
    const check = new FakeCheck(() => up());
    check.hang();
    const over = end();
    const run = check.run(context(over.signal));
    over.abort(new Error('its time is over'));
    await expect(run).rejects.toThrow('its time is over');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('returns after its delay, or at once with the next setting', async () => {
    const check = new FakeCheck(() => up());
    check.set(() => down('slow'), 300);
    const late = check.run(context(end().signal));
    await vi.advanceTimersByTimeAsync(300);
    expect(await late).toEqual(down('slow'));

    const early = check.run(context(end().signal));
    check.set(() => down('early'));
    expect(await early).toEqual(down('early'));
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('there are no names of fake checks before an application has started', () => {
  expect(new FakeHealth().names).toEqual([]);
});
