import { describe, expect, it, vi } from 'vitest';
import { ReconnectingStore } from '../../../src/cli/fleet/reconnecting-store.js';
import type { StoreObserver } from '../../../src/stores/health-store.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { latch } from '../../support/latch.js';

describe('ReconnectingStore', () => {
  useFakeClock();

  const setUp = () => {
    const events: string[] = [];
    const observer: StoreObserver = {
      snapshot: () => undefined,
      put: () => undefined,
      removed: () => undefined,
      disconnected: ({ message }) => void events.push(message),
    };
    const connections: { end: () => void }[] = [];
    let problem: Error | undefined;
    const store = new ReconnectingStore('NATS', 1000, async () => {
      if (problem) throw problem;
      const over = latch();
      connections.push({ end: () => over.open() });
      events.push('connect');
      return {
        store: { watch: () => (events.push('watch'), () => void events.push('unwatch')) },
        closed: over.promise,
        close: () => void events.push('close'),
      };
    });
    return { store, observer, events, connections, fail: (error?: Error) => void (problem = error) };
  };

  it('connects again until it succeeds, and says why it is away', async () => {
    const { store, observer, events, fail } = setUp();
    fail(Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }));
    store.watch('fleet/', observer);
    await advance(2500);
    expect(events).toStrictEqual(Array.from({ length: 3 }, () => 'NATS: connect() failed: connection refused'));
    fail();
    await advance(1000);
    expect(events.slice(3)).toStrictEqual(['connect', 'watch']);
    store.close();
  });

  it('takes another client when one has given up, and none after its end', async () => {
    const { store, observer, events, connections } = setUp();
    store.watch('fleet/', observer);
    await advance(0);
    connections[0]?.end();
    await advance(1000);
    expect(events).toStrictEqual(['connect', 'watch', 'unwatch', 'close', 'connect', 'watch']);
    store.close();
    await advance(5000);
    expect(events.slice(6)).toStrictEqual(['unwatch', 'close']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
