import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { onAbort, raceAbort, sleep, withTimeout } from '../../../src/core/async.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { latch, never } from '../../support/latch.js';

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('onAbort', () => {
  it('calls the listener once when the signal is aborted, and removes it', () => {
    const controller = new AbortController();
    const listener = vi.fn<() => void>();
    onAbort(controller.signal, listener);
    controller.abort();
    controller.signal.dispatchEvent(new Event('abort'));
    expect(listener).toHaveBeenCalledOnce();
    expect(listenersOf(controller.signal)).toBe(0);
  });

  it('calls the listener immediately when the signal is already aborted', () => {
    const listener = vi.fn<() => void>();
    const removeListener = onAbort(AbortSignal.abort(), listener);
    expect(listener).toHaveBeenCalledOnce();
    expect(removeListener).not.toThrow();
  });

  it('does not call a listener that was removed', () => {
    const controller = new AbortController();
    const listener = vi.fn<() => void>();
    onAbort(controller.signal, listener)();
    controller.abort();
    expect(listener).not.toHaveBeenCalled();
  });
});

describe('raceAbort', () => {
  it('settles as the promise does', async () => {
    const { signal } = new AbortController();
    await expect(raceAbort(Promise.resolve('done'), signal)).resolves.toBe('done');
    await expect(raceAbort(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
  });

  it("rejects with the signal's reason when the signal is aborted first, or was aborted before", async () => {
    const controller = new AbortController();
    const reason = new Error('too late');
    const race = raceAbort(never(), controller.signal);
    controller.abort(reason);
    await expect(race).rejects.toBe(reason);
    await expect(raceAbort(Promise.resolve(), controller.signal)).rejects.toBe(reason);
  });

  it("rejects with the caller's own reason if there is one", async () => {
    const own = new Error('not ready');
    await expect(raceAbort(never(), AbortSignal.abort(), () => own)).rejects.toBe(own);
  });

  it('leaves no listener on a signal that outlives many races', async () => {
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count += 1) {
      const work = latch();
      const race = raceAbort(work.promise, signal);
      expect(listenersOf(signal)).toBe(1);
      if (count % 2 === 0) work.open();
      else work.fail(new Error('broken'));
      await race.catch(() => undefined);
      // The listener is removed in a later microtask.
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(listenersOf(signal)).toBe(0);
  });

  it('ignores a rejection of the promise after the abort', async () => {
    const unhandled = vi.fn<(reason: unknown) => void>();
    process.on('unhandledRejection', unhandled);
    const controller = new AbortController();
    const work = latch();
    const race = raceAbort(work.promise, controller.signal);
    controller.abort();
    await expect(race).rejects.toThrow('aborted');
    work.fail(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('withTimeout', () => {
  const error = (): Error => new Error('too late');

  it('settles as the promise does, and leaves no timer', async () => {
    const timers = vi.spyOn(globalThis, 'clearTimeout');
    await expect(withTimeout(Promise.resolve('done'), { milliseconds: 60_000, error })).resolves.toBe('done');
    await expect(withTimeout(Promise.reject(new Error('broken')), { milliseconds: 60_000, error })).rejects.toThrow(
      'broken',
    );
    expect(timers).toHaveBeenCalledTimes(2);
    timers.mockRestore();
  });

  it('rejects with the given error after the time', async () => {
    await expect(withTimeout(never(), { milliseconds: 20, error })).rejects.toThrow('too late');
  });

  it('does not reject after a blocked event loop when the response has arrived meanwhile', async () => {
    const response = new Promise<string>((resolve) => setTimeout(() => resolve('arrived'), 10));
    const result = withTimeout(response, { milliseconds: 50, error });
    const end = performance.now() + 120;
    while (performance.now() < end);
    await expect(result).resolves.toBe('arrived');
  });
});

describe('sleep', () => {
  describe('with fake timers', () => {
    useFakeClock();

    it('lasts for the given time', async () => {
      const ended = vi.fn<() => void>();
      void sleep(100, new AbortController().signal).then(ended);
      await advance(99);
      expect(ended).not.toHaveBeenCalled();
      await advance(1);
      expect(ended).toHaveBeenCalledOnce();
    });

    it('resolves immediately and leaves no timer when it is aborted', async () => {
      const controller = new AbortController();
      const sleeping = sleep(100, controller.signal);
      controller.abort(new Error('stop'));
      await expect(sleeping).resolves.toBeUndefined();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('does not begin when the signal is already aborted', async () => {
      await expect(sleep(100, AbortSignal.abort())).resolves.toBeUndefined();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('leaves no listener on the signal', async () => {
      const { signal } = new AbortController();
      for (let count = 0; count < 20; count += 1) {
        const sleeping = sleep(10, signal);
        expect(listenersOf(signal)).toBe(1);
        await advance(10);
        await sleeping;
      }
      expect(listenersOf(signal)).toBe(0);
    });
  });

  it('does not keep the process alive', () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const controller = new AbortController();
    void sleep(60_000, controller.signal);
    const [timer] = timers.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(timer?.hasRef()).toBe(false);
    controller.abort();
    timers.mockRestore();
  });
});
