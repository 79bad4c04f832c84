import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { pause } from '../../../src/core/pause.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

describe('pause', () => {
  useFakeClock();

  it('lasts as long as it is told', async () => {
    const ended = vi.fn<() => void>();
    void pause(100, new AbortController().signal).then(ended);
    await advance(99);
    expect(ended).not.toHaveBeenCalled();
    await advance(1);
    expect(ended).toHaveBeenCalledOnce();
  });

  it('ends at once, quietly and without a timer, when it is aborted', async () => {
    const controller = new AbortController();
    const paused = pause(100, controller.signal);
    controller.abort(new Error('stop'));
    await expect(paused).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not begin when it is aborted already', async () => {
    await expect(pause(100, AbortSignal.abort())).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no listener on the signal, whether it ends or is aborted', async () => {
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count += 1) {
      const paused = pause(10, signal);
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      await advance(10);
      await paused;
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('the timer of a pause', () => {
  it('does not keep the process alive', () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const controller = new AbortController();
    void pause(60_000, controller.signal);
    const [timer] = timers.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(timer?.hasRef()).toBe(false);
    controller.abort();
    timers.mockRestore();
  });
});
