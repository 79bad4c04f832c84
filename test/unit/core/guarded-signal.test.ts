import { addAbortListener, getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { guardedSignal } from '../../../src/core/guarded-signal.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a guarded signal', () => {
  const guarded = (): { signal: AbortSignal; faults: unknown[]; abort: () => void } => {
    const faults: unknown[] = [];
    const controller = new AbortController();
    const signal = guardedSignal(controller.signal, (fault) => faults.push(fault));
    return { signal, faults, abort: () => controller.abort('over') };
  };
  const fault = new Error('there is no query yet');
  const fail = (): never => {
    throw fault;
  };

  it.each<[string, (signal: AbortSignal) => void]>([
    ['a function', (signal) => signal.addEventListener('abort', fail)],
    ['an object', (signal) => signal.addEventListener('abort', { handleEvent: fail })],
    ['an object without a method', (signal) => signal.addEventListener('abort', {} as never)],
    // oxlint-disable-next-line typescript/no-misused-promises -- the test is about exactly this mistake
    ['an async function', (signal) => signal.addEventListener('abort', () => Promise.reject(fault))],
    ['onabort', (signal) => Object.assign(signal, { onabort: fail })],
    ['addAbortListener', (signal) => addAbortListener(signal, fail)],
  ])('reports an error of a listener, and calls the other listeners: %s', async (_kind, listen) => {
    const { signal, faults, abort } = guarded();
    const other = vi.fn<(event: Event) => void>();
    listen(signal);
    signal.addEventListener('abort', other);
    abort();
    await turn();
    expect(faults).toHaveLength(1);
    expect(other).toHaveBeenCalledOnce();
  });

  it('calls each listener once, with the signal as this, and removes it', () => {
    const { signal, abort } = guarded();
    const kept = vi.fn<(this: unknown) => void>();
    const removed = vi.fn<() => void>();
    signal.addEventListener('abort', kept);
    signal.addEventListener('abort', kept);
    signal.addEventListener('abort', removed);
    signal.removeEventListener('abort', removed);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    abort();
    expect(kept.mock.contexts).toStrictEqual([signal]);
    expect(removed).not.toHaveBeenCalled();
  });

  it('is accepted by every function that takes a signal', () => {
    const { signal, abort } = guarded();
    const any = AbortSignal.any([signal]);
    expect(signal).toBeInstanceOf(AbortSignal);
    abort();
    expect([any.aborted, any.reason, signal.reason]).toStrictEqual([true, 'over', 'over']);
  });
});
