import { describe, expect, it, vi } from 'vitest';
import { Listeners } from '../../../src/core/listeners.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Listeners', () => {
  it('calls the listeners in the order in which they were added', () => {
    const listeners = new Listeners<number>(() => undefined);
    const calls: string[] = [];
    listeners.add((event) => calls.push(`first ${event}`));
    listeners.add((event) => calls.push(`second ${event}`));
    listeners.emit(7);
    expect(calls).toStrictEqual(['first 7', 'second 7']);
  });

  it('removes a listener', () => {
    const listeners = new Listeners<number>(() => undefined);
    const [kept, removed] = [vi.fn<() => void>(), vi.fn<() => void>()];
    listeners.add(kept);
    const remove = listeners.add(removed);
    remove();
    remove();
    listeners.emit(1);
    expect(kept).toHaveBeenCalledOnce();
    expect(removed).not.toHaveBeenCalled();
  });

  it('reports the error that a listener throws, and calls the other listeners', () => {
    const faults: unknown[] = [];
    const listeners = new Listeners<number>((fault) => faults.push(fault));
    const fault = new Error('listener');
    const other = vi.fn<() => void>();
    listeners.add(() => {
      throw fault;
    });
    listeners.add(other);
    listeners.emit(1);
    expect(faults).toStrictEqual([fault]);
    expect(other).toHaveBeenCalledOnce();
  });

  it('reports the reason with which a listener rejects', async () => {
    const faults: unknown[] = [];
    const listeners = new Listeners<number>((fault) => faults.push(fault));
    const fault = new Error('listener');
    listeners.add(() => Promise.reject(fault));
    listeners.emit(1);
    await settled();
    expect(faults).toStrictEqual([fault]);
  });

  it('continues after a fault handler that throws', () => {
    const listeners = new Listeners<number>(() => {
      throw new Error('handler');
    });
    const other = vi.fn<() => void>();
    listeners.add(() => {
      throw new Error('listener');
    });
    listeners.add(other);
    expect(() => listeners.emit(1)).not.toThrow();
    expect(other).toHaveBeenCalledOnce();
  });
});
