import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClientCalls } from '../../../src/clients/client-calls.js';
import type { PoolCapacity } from '../../../src/clients/pool-capacity.js';
import { latch } from '../../support/latch.js';

const client = {};
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A call that ends when the test settles it, with a record of its start and its abort. */
function recordedCalls<T>() {
  const begun: { readonly ends: ReturnType<typeof latch<T>>; readonly signal: AbortSignal }[] = [];
  const begin = (signal: AbortSignal): Promise<T> => {
    const call = { ends: latch<T>(), signal };
    begun.push(call);
    return call.ends.promise;
  };
  return { begun, begin };
}

describe('calls on a client', () => {
  it('are shared by simultaneous callers', async () => {
    const calls = new ClientCalls<string>();
    const { begun, begin } = recordedCalls<string>();
    const { signal } = new AbortController();
    const both = Promise.all([calls.call(client, signal, begin), calls.call(client, signal, begin)]);
    expect(begun).toHaveLength(1);
    begun[0]?.ends.open('pong');
    expect(await both).toEqual(['pong', 'pong']);

    const third = calls.call(client, signal, begin);
    expect(begun).toHaveLength(2);
    begun[1]?.ends.open('again');
    expect(await third).toBe('again');
    expect(begun[0]?.signal.aborted).toBe(false);
  });

  it('are separate for each client', async () => {
    const calls = new ClientCalls<string>();
    const { begun, begin } = recordedCalls<string>();
    const { signal } = new AbortController();
    void calls.call({}, signal, begin);
    void calls.call({}, signal, begin);
    expect(begun).toHaveLength(2);
  });

  it('continue while one caller still waits', async () => {
    const calls = new ClientCalls<string>();
    const { begun, begin } = recordedCalls<string>();
    const impatient = new AbortController();
    const patient = new AbortController();
    const given = calls.call(client, impatient.signal, begin);
    const kept = calls.call(client, patient.signal, begin);
    impatient.abort(new Error('too late'));
    await expect(given).rejects.toThrow('too late');
    expect(begun[0]?.signal.aborted).toBe(false);
    begun[0]?.ends.open('pong');
    expect(await kept).toBe('pong');
  });

  it('are aborted when the last caller has aborted, and no other call begins before they have ended', async () => {
    const calls = new ClientCalls<string>();
    const { begun, begin } = recordedCalls<string>();
    const first = new AbortController();
    const given = calls.call(client, first.signal, begin);
    first.abort(new Error('too late'));
    await expect(given).rejects.toThrow('too late');
    expect(begun[0]?.signal.reason).toEqual(new Error('too late'));

    const second = new AbortController();
    const next = calls.call(client, second.signal, begin);
    await settled();
    expect(begun).toHaveLength(1);
    begun[0]?.ends.fail(new Error('cancelled'));
    await settled();
    expect(begun).toHaveLength(2);
    begun[1]?.ends.open('pong');
    expect(await next).toBe('pong');
  });

  it('hold up a caller only until its own abort when they do not end', async () => {
    const calls = new ClientCalls<string>();
    const { begun, begin } = recordedCalls<string>();
    for (let tries = 0; tries < 100; tries += 1) {
      const caller = new AbortController();
      const call = calls.call(client, caller.signal, begin);
      caller.abort(new Error(`try ${tries}`));
      await expect(call).rejects.toThrow(`try ${tries}`);
    }
    expect(begun).toHaveLength(1);
  });

  it('reject for all callers and free the client when they fail or throw synchronously', async () => {
    const calls = new ClientCalls<string>();
    const { signal } = new AbortController();
    const refuse = (): never => {
      throw new Error('no connection');
    };
    await expect(calls.call(client, signal, refuse)).rejects.toThrow('no connection');
    await expect(calls.call(client, signal, () => Promise.reject(new Error('reset')))).rejects.toThrow('reset');
    expect(await calls.call(client, signal, () => Promise.resolve('pong'))).toBe('pong');
  });

  it('are not begun for a caller that is already aborted', async () => {
    const calls = new ClientCalls<string>();
    const { begun, begin } = recordedCalls<string>();
    await expect(calls.call(client, AbortSignal.abort(new Error('over')), begin)).rejects.toThrow('over');
    expect(begun).toHaveLength(0);
  });

  it('leave no listener on the signals of the callers', async () => {
    const calls = new ClientCalls<string>();
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...parameters: Parameters<typeof add>) => {
      listeners += 1;
      add(...parameters);
    };
    signal.removeEventListener = (...parameters: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...parameters);
    };
    await calls.call(client, signal, () => Promise.resolve('pong'));
    await settled();
    expect(listeners).toBe(0);
  });
});

describe('a call that does not end after it was aborted', () => {
  const abandonedCall = async (capacity?: () => PoolCapacity) => {
    const calls = new ClientCalls<string>();
    const recorded = recordedCalls<string>();
    const join = (signal = new AbortController().signal): Promise<string> =>
      calls.call(client, signal, recorded.begin, capacity);
    const abandon = async (): Promise<void> => {
      const caller = new AbortController();
      const call = join(caller.signal);
      await settled();
      caller.abort(new Error('too late'));
      await expect(call).rejects.toThrow('too late');
    };
    await abandon();
    return { ...recorded, join, abandon };
  };

  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('delays the next call by ten seconds, and twice as long for each further call', async () => {
    const { begun, abandon } = await abandonedCall();
    for (const [calls, pause] of [10_000, 20_000, 40_000, 80_000].entries()) {
      vi.advanceTimersByTime(pause - 1);
      await abandon();
      expect(begun).toHaveLength(calls + 1);
      vi.advanceTimersByTime(1);
      await abandon();
      expect(begun).toHaveLength(calls + 2);
    }
  });

  it('delays no call once the pool has a free connection', async () => {
    let room: PoolCapacity = 'none';
    const { begun, join, abandon } = await abandonedCall(() => room);
    vi.advanceTimersByTime(3_600_000);
    await abandon();
    expect(begun).toHaveLength(1);
    room = 'free';
    const result = join();
    begun[1]?.ends.open('pong');
    expect(await result).toBe('pong');
  });

  it('is followed by at most two calls that take free connections', async () => {
    const { begun, abandon } = await abandonedCall(() => 'free');
    for (let tries = 0; tries < 10; tries += 1) await abandon();
    expect(begun).toHaveLength(3);
    begun[0]?.ends.open('late');
    await settled();
    await abandon();
    expect(begun).toHaveLength(4);
  });

  it('changes nothing for the newer call when it ends late', async () => {
    const { begun, join } = await abandonedCall(() => 'free');
    const result = join();
    begun[0]?.ends.fail(new Error('late'));
    await settled();
    const joined = join();
    begun[1]?.ends.open('pong');
    expect(await Promise.all([result, joined])).toEqual(['pong', 'pong']);
    expect(begun).toHaveLength(2);
  });
});
