import { describe, expect, it, vi } from 'vitest';
import { RunSignal } from '../../../src/core/run-signal.js';

describe('the signal of a run', () => {
  it('is the same signal at each read', () => {
    const run = new RunSignal(() => undefined);
    expect(run.signal).toBe(run.signal);
    expect(run.signal.aborted).toBe(false);
  });

  it('belongs to the current owner', () => {
    const run = new RunSignal(() => undefined);
    const told = vi.fn<() => void>();
    run.signal.addEventListener('abort', told);
    run.abort('over');
    expect(told).toHaveBeenCalledOnce();
    expect(run.signal.reason).toBe('over');
  });

  it('is aborted, with the reason, when it is first read after the abort', () => {
    const run = new RunSignal(() => undefined);
    run.abort('over');
    run.abort('once more');
    expect(run.signal).toMatchObject({ aborted: true, reason: 'over' });
  });

  it('throws the reason once it is aborted, whether it was read or not', () => {
    const run = new RunSignal(() => undefined);
    expect(() => run.throwIfAborted()).not.toThrow();
    run.abort(new Error('over'));
    expect(() => run.throwIfAborted()).toThrow('over');
  });

  it('creates no signal that is not read', () => {
    const made = vi.spyOn(globalThis, 'AbortController');
    const run = new RunSignal(() => undefined);
    run.abort('over');
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
  });
});
