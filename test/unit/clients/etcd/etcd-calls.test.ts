import { describe, expect, it } from 'vitest';
import { EtcdCallError, etcdCall } from '../../../../src/clients/etcd/etcd-calls.js';

const UNAVAILABLE = 14;

interface Listener {
  onReceiveStatus?(status: { readonly code: number; readonly details: string }): void;
}

type Interceptor = (
  options: object,
  nextCall: () => { start(metadata: object, listener: Listener): void; cancelWithStatus(): void },
) => { start(metadata: object, listener: Listener): void };

/** Makes calls like `etcd3`: each call ends with the next of these details, or succeeds. */
function client(...failures: readonly string[]) {
  let calls = 0;
  const call = (options: object): Promise<string> => {
    const details = failures[calls];
    calls += 1;
    if (details === undefined) return Promise.resolve('response');
    const { interceptors } = options as { readonly interceptors: readonly [Interceptor] };
    interceptors[0]({}, () => ({
      start: (_metadata, listener) => listener.onReceiveStatus?.({ code: UNAVAILABLE, details }),
      cancelWithStatus: () => undefined,
    })).start({}, {});
    return Promise.reject(new Error(details));
  };
  return { call, count: () => calls };
}

const AWAY = 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:2379';
const running = new AbortController().signal;

describe('etcdCall()', () => {
  it('calls another member when the chosen member is unavailable', async () => {
    const { call, count } = client(AWAY, AWAY);
    expect(await etcdCall(running, call)).toBe('response');
    expect(count()).toBe(3);
  });

  it('stops after six attempts', async () => {
    const { call, count } = client(...Array.from({ length: 9 }, () => AWAY));
    await expect(etcdCall(running, call)).rejects.toBeInstanceOf(EtcdCallError);
    expect(count()).toBe(6);
  });

  it('does not repeat a call that may have been sent', async () => {
    const { call, count } = client('Connection dropped');
    await expect(etcdCall(running, call)).rejects.toMatchObject({ status: UNAVAILABLE });
    expect(count()).toBe(1);
  });

  it('makes no further attempt when it is aborted', async () => {
    const ended = new AbortController();
    const { call, count } = client(AWAY, AWAY);
    const failed = etcdCall(ended.signal, (options) => {
      ended.abort();
      return call(options);
    });
    await expect(failed).rejects.toBeInstanceOf(EtcdCallError);
    expect(count()).toBe(1);
  });
});
