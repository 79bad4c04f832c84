import { describe, expect, it } from 'vitest';
import { WatchedCall } from '../../../src/clients/watched-call.js';

interface Listener {
  onReceiveStatus?(status: object): void;
}

/** The used part of a gRPC call. The test ends it. */
class FakeCall {
  readonly cancelled: number[] = [];
  listener: Listener = {};

  start(_metadata: unknown, listener: Listener = {}): void {
    this.listener = listener;
  }

  cancelWithStatus(code: number): void {
    this.cancelled.push(code);
  }
}

/** Begins a watched call, and returns the status that the client receives. */
function begin(watched: WatchedCall): { call: FakeCall; received: object[] } {
  const call = new FakeCall();
  const received: object[] = [];
  for (const intercept of watched.options.interceptors) {
    intercept({}, () => call).start({}, { onReceiveStatus: (status) => received.push(status) });
  }
  return { call, received };
}

describe('a watched call of etcd3', () => {
  it('is cancelled on the connection', () => {
    const watched = new WatchedCall();
    const { call } = begin(watched);
    expect(call.cancelled).toEqual([]);
    watched.cancel();
    expect(call.cancelled).toHaveLength(1);
  });

  it('is cancelled when it begins after the cancellation', () => {
    const watched = new WatchedCall();
    watched.cancel();
    expect(begin(watched).call.cancelled).toHaveLength(1);
  });

  it('is not cancelled when it has ended', () => {
    const watched = new WatchedCall();
    const { call } = begin(watched);
    call.listener.onReceiveStatus?.({ code: 0, details: '' });
    watched.cancel();
    expect(call.cancelled).toEqual([]);
  });

  it('hides its failure from the circuit breaker of the client, and records it', () => {
    const watched = new WatchedCall();
    const { call, received } = begin(watched);
    const failure = { code: 14, details: 'Connection dropped', metadata: 'kept' };
    call.listener.onReceiveStatus?.(failure);
    expect(received).toEqual([{ ...failure, code: 9 }]);
    expect(watched.failure).toEqual(failure);
  });

  it('has not failed when a further attempt has passed', () => {
    const watched = new WatchedCall();
    begin(watched).call.listener.onReceiveStatus?.({ code: 16, details: 'etcdserver: invalid auth token' });
    const { call, received } = begin(watched);
    call.listener.onReceiveStatus?.({ code: 0, details: '' });
    expect(received).toEqual([{ code: 0, details: '' }]);
    expect(watched.failure).toBeUndefined();
  });
});
