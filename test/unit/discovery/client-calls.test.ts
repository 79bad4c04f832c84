import { describe, expect, it } from 'vitest';
import { ClientCalls } from '../../../src/discovery/client-calls.js';
import { latch } from '../../support/latch.js';

const client = {};
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A call that ends when the test says so, and writes down when it is begun and aborted. */
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
  it('are one for all who ask at once', async () => {
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

  it('are told apart by their clients', async () => {
    const calls = new ClientCalls<string>();
    const { begun, begin } = recordedCalls<string>();
    const { signal } = new AbortController();
    void calls.call({}, signal, begin);
    void calls.call({}, signal, begin);
    expect(begun).toHaveLength(2);
  });

  it('go on while one of those who wait has not given up', async () => {
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

  it('are aborted when nobody waits any more, and no other begins before they have ended', async () => {
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

  it('that do not end are waited for no longer than the caller has time', async () => {
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

  it('that fail, or throw at once, fail for all who wait, and free the client', async () => {
    const calls = new ClientCalls<string>();
    const { signal } = new AbortController();
    const refuse = (): never => {
      throw new Error('no connection');
    };
    await expect(calls.call(client, signal, refuse)).rejects.toThrow('no connection');
    await expect(calls.call(client, signal, () => Promise.reject(new Error('reset')))).rejects.toThrow('reset');
    expect(await calls.call(client, signal, () => Promise.resolve('pong'))).toBe('pong');
  });

  it('are not begun for a caller whose time is over already', async () => {
    const calls = new ClientCalls<string>();
    const { begun, begin } = recordedCalls<string>();
    await expect(calls.call(client, AbortSignal.abort(new Error('over')), begin)).rejects.toThrow('over');
    expect(begun).toHaveLength(0);
  });

  it('leave no listener on the signals of those who asked', async () => {
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
