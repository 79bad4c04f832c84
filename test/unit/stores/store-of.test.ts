import { expect, it, onTestFinished, vi } from 'vitest';
import type { HealthStore, StoreLease, StoreObserver } from '../../../src/stores/health-store.js';
import type { BackendLease, CollectionSink, SnapshotEntry, StoreBackend } from '../../../src/stores/store-backend.js';
import { storeOf } from '../../../src/stores/store-of.js';
import { MOST_ENTRIES } from '../../../src/stores/entry-table.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { never } from '../../support/latch.js';

useFakeClock();

const TIMEOUT = 2000;
const SECRET = 'redis://user:secret@host';

/** A backend whose connections the test controls. */
class FakeBackend implements StoreBackend {
  readonly name = 'fake store';
  readonly sinks: CollectionSink[] = [];
  readonly lose: ((error: unknown) => void)[] = [];
  put = vi.fn<StoreBackend['put']>(async () => undefined);
  remove = vi.fn<StoreBackend['remove']>(async () => undefined);
  claim = vi.fn<StoreBackend['claim']>(async () => undefined);
  follow = vi.fn<StoreBackend['follow']>((_collection, sink) => {
    this.sinks.push(sink);
    return new Promise((_resolve, reject) => this.lose.push(reject));
  });
}

function storeWith(): { readonly backend: FakeBackend; readonly store: HealthStore } {
  const backend = new FakeBackend();
  return { backend, store: storeOf(backend, TIMEOUT) };
}

function recorder(): { readonly observer: StoreObserver; readonly events: string[] } {
  const events: string[] = [];
  const observer: StoreObserver = {
    connected: () => void events.push('connected'),
    disconnected: ({ message, code }) => void events.push(`disconnected: ${message} (${code})`),
    snapshot: (entries) => void events.push(`snapshot ${[...entries.keys()].join(' ')}`.trim()),
    put: (key, value) => void events.push(`put ${key} ${value}`),
    removed: (key) => void events.push(`removed ${key}`),
    failed: ({ message }) => void events.push(`failed: ${message}`),
  };
  return { observer, events };
}

/** The error that the promise rejects with. */
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

const entries = (...names: readonly string[]): Map<string, SnapshotEntry> =>
  new Map(names.map((name) => [name, { value: '1' }]));
const refusal = Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' });

it('a store ends an operation after the timeout, and does not show the message of an unknown error', async () => {
  const { backend, store } = storeWith();
  backend.put.mockImplementation(never);
  const put = failureOf(store.put('fleet/a', '1'));
  await advance(TIMEOUT);
  expect(await put).toMatchObject({
    name: 'HealthCheckError',
    message: 'fake store: put("fleet/a") failed: timed out after 2000 ms',
    code: 'ETIMEDOUT',
  });
  expect(backend.put.mock.calls[0]?.[1].aborted).toBe(true);
  backend.remove.mockRejectedValue(new Error(SECRET));
  await expect(store.remove('fleet/a')).rejects.toThrow(
    'fake store: remove("fleet/a") failed: the client reported an error',
  );
  expect(vi.getTimerCount()).toBe(0);
});

it('a store refuses further calls while twenty calls are overdue, except for a call from time to time', async () => {
  const { backend, store } = storeWith();
  const ends: (() => void)[] = [];
  backend.put.mockImplementation(() => new Promise((resolve) => ends.push(resolve)));
  const failing = Array.from({ length: 20 }, () => failureOf(store.put('fleet/a', '1')));
  await advance(TIMEOUT);
  for (const failure of await Promise.all(failing)) expect(failure).toMatchObject({ code: 'ETIMEDOUT' });
  await expect(store.put('fleet/a', '1')).rejects.toThrow('20 earlier calls have not ended');
  await advance(10_000);
  const further = failureOf(store.put('fleet/a', '1'));
  await expect(store.put('fleet/a', '1')).rejects.toThrow('20 earlier calls have not ended');
  await advance(TIMEOUT);
  expect(await further).toMatchObject({ message: expect.stringContaining('timed out') });
  expect(backend.put).toHaveBeenCalledTimes(21);
  for (const end of ends) end();
  await advance(0);
  backend.put.mockResolvedValue(undefined);
  await store.put('fleet/a', '1');
});

it('a store follows each collection once, and stops with the last watch', async () => {
  const { backend, store } = storeWith();
  const [one, two] = [recorder(), recorder()];
  const closeOne = store.watch('fleet/a', one.observer);
  const closeTwo = store.watch('fleet/', two.observer);
  backend.sinks[0]?.snapshot(entries('a', 'b'));
  await advance(0);
  expect(one.events).toEqual(['connected', 'snapshot fleet/a']);
  expect(two.events).toEqual(['connected', 'snapshot fleet/a fleet/b']);
  closeOne();
  backend.sinks[0]?.put('a', '2');
  closeOne();
  expect(one.events).toHaveLength(2);
  expect(two.events.at(-1)).toBe('put fleet/a 2');
  expect(backend.follow).toHaveBeenCalledTimes(1);
  closeTwo();
  expect(backend.follow.mock.calls[0]?.[2].aborted).toBe(true);
  backend.sinks[0]?.put('a', '3');
  expect(two.events.at(-1)).toBe('put fleet/a 2');
  store.watch('fleet/', two.observer);
  expect(backend.follow).toHaveBeenCalledTimes(2);
});

it('a store reports the end of the connection once for each reason, and the entries that vanished before the next snapshot', async () => {
  const { backend, store } = storeWith();
  const { observer, events } = recorder();
  const close = store.watch('fleet/', observer);
  await advance(0);
  backend.lose[0]?.(refusal);
  await advance(250);
  backend.lose[1]?.(refusal);
  await advance(500);
  expect(events).toEqual(['disconnected: fake store: following "fleet/" failed: connection refused (ECONNREFUSED)']);
  backend.sinks[2]?.snapshot(entries('a', 'b'));
  backend.lose[2]?.(refusal);
  await advance(250);
  // Events of an ended connection are ignored.
  backend.sinks[2]?.put('c', '1');
  backend.sinks[3]?.snapshot(entries('b', 'd'));
  expect(events.slice(1)).toEqual([
    'connected',
    'snapshot fleet/a fleet/b',
    events[0],
    'connected',
    'removed fleet/a',
    'snapshot fleet/b fleet/d',
  ]);
  close();
  expect(vi.getTimerCount()).toBe(0);
});

it('a store connects again after pauses that grow to ten seconds', async () => {
  const { backend, store } = storeWith();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  backend.follow.mockRejectedValue(refusal);
  const close = store.watch('fleet/', recorder().observer);
  await advance(0);
  for (const [index, pause] of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000].entries()) {
    expect(backend.follow).toHaveBeenCalledTimes(index + 1);
    await advance(pause - 1);
    expect(backend.follow).toHaveBeenCalledTimes(index + 1);
    await advance(1);
  }
  close();
  await advance(60_000);
  expect(backend.follow).toHaveBeenCalledTimes(9);
  vi.restoreAllMocks();
});

it('a store reports only the differences of a further snapshot of the same connection', async () => {
  const { backend, store } = storeWith();
  const { observer, events } = recorder();
  store.watch('fleet/', observer);
  await advance(0);
  backend.sinks[0]?.snapshot(entries('same', 'changed', 'gone'));
  backend.sinks[0]?.snapshot(new Map([...entries('same'), ['changed', { value: '2' }], ['new', { value: '3' }]]));
  expect(events.slice(2)).toEqual(['removed fleet/gone', 'put fleet/changed 2', 'put fleet/new 3']);
});

it('a store removes an entry after its time, but not while it is unavailable', async () => {
  const { backend, store } = storeWith();
  const { observer, events } = recorder();
  store.watch('fleet/', observer);
  await advance(0);
  backend.sinks[0]?.snapshot(new Map([['a', { value: '1', expiresIn: 3000 }]]));
  backend.sinks[0]?.put('b', '1', 5000);
  await advance(3000);
  expect(events.at(-1)).toBe('removed fleet/a');
  backend.lose[0]?.(refusal);
  await advance(250);
  await advance(60_000);
  expect(events.at(-1)).toMatch(/^disconnected/);
  backend.sinks[1]?.snapshot(new Map());
  expect(events.slice(-3)).toEqual(['connected', 'removed fleet/b', 'snapshot']);
});

it('a store continues after an observer that throws or rejects', async () => {
  const { backend, store } = storeWith();
  const { observer, events } = recorder();
  const failures: unknown[] = [];
  const rejecting = (): unknown => Promise.reject(new Error('second'));
  store.watch('fleet/', {
    snapshot: () => {
      throw new Error('first');
    },
    put: rejecting,
    removed: () => undefined,
    failed: ({ cause }) => {
      failures.push(String(cause));
      throw new Error('third');
    },
  });
  store.watch('fleet/', observer);
  await advance(0);
  backend.sinks[0]?.snapshot(entries());
  backend.sinks[0]?.put('a', '1');
  await advance(0);
  expect(failures).toEqual(['Error: first', 'Error: second']);
  expect(events).toEqual(['connected', 'snapshot', 'put fleet/a 1']);
});

it('a store continues after an asynchronous method failed() that rejects', async () => {
  const { backend, store } = storeWith();
  const unhandled = vi.fn<() => void>();
  process.on('unhandledRejection', unhandled);
  onTestFinished(() => void process.off('unhandledRejection', unhandled));
  let failures = 0;
  store.watch('fleet/', {
    snapshot: () => undefined,
    put: () => {
      throw new Error('first');
    },
    removed: () => undefined,
    // Not a mock: it would handle the rejection.
    failed: (): unknown => {
      failures += 1;
      return Promise.reject(new Error('second'));
    },
  });
  await advance(0);
  backend.sinks[0]?.snapshot(entries());
  backend.sinks[0]?.put('a', '1');
  await advance(0);
  // Node reports unhandled rejections after a turn of the event loop.
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toBe(1);
  expect(unhandled).not.toHaveBeenCalled();
});

it('a store ignores entries above the limits, and reports the first of each reason', async () => {
  const { backend, store } = storeWith();
  const { observer, events } = recorder();
  const ignored = (reasons: ReadonlyMap<string, string>): void =>
    void events.push(`ignored ${[...reasons].map((each) => each.join(': ')).join(', ')}`.trim());
  store.watch('fleet/', { ...observer, ignored });
  await advance(0);
  const sink = backend.sinks[0];
  sink?.snapshot(entries(...Array.from({ length: MOST_ENTRIES }, (_unused, index) => `${index}`)));
  events.length = 0;
  sink?.put('more', '1');
  sink?.put('evenMore', '1');
  sink?.put('0', '2');
  sink?.put('1', 'x'.repeat(65_537));
  sink?.put('1', '2');
  sink?.remove('more');
  sink?.remove('evenMore');
  sink?.put('more', '1');
  sink?.put('more', '2');
  expect(events).toEqual([
    'failed: fake store: "fleet/more" is ignored: there are more than 20000 entries',
    'ignored fleet/more: there are more than 20000 entries',
    'ignored fleet/more: there are more than 20000 entries, fleet/evenMore: there are more than 20000 entries',
    'put fleet/0 2',
    'failed: fake store: "fleet/1" is ignored: it has more than 65536 bytes',
    expect.stringMatching(/^ignored .*, fleet\/1: it has more than 65536 bytes$/),
    'put fleet/1 2',
    expect.stringMatching(/^ignored fleet\/more: [^:]*, fleet\/evenMore: [^:]*$/),
    'ignored fleet/evenMore: there are more than 20000 entries',
    'ignored',
    'failed: fake store: "fleet/more" is ignored: there are more than 20000 entries',
    'ignored fleet/more: there are more than 20000 entries',
  ]);
});

/** A claim of a lease of nine seconds, whose renewals and release the test controls. */
async function leased(): Promise<{
  readonly lease: StoreLease;
  readonly renew: ReturnType<typeof vi.fn<BackendLease['renew']>>;
  readonly release: ReturnType<typeof vi.fn<BackendLease['release']>>;
}> {
  const { backend, store } = storeWith();
  const renew = vi.fn<BackendLease['renew']>(async () => true);
  const release = vi.fn<BackendLease['release']>(async () => undefined);
  backend.claim.mockResolvedValue({ renew, release });
  const lease = await store.claim('fleet/leader', 'one', { expiresIn: 9000 });
  if (!lease) throw new Error('the lease was not granted');
  return { lease, renew, release };
}

it('a store renews a lease after a third of its time, until it is released', async () => {
  const { lease, renew, release } = await leased();
  await advance(30_000);
  expect(renew).toHaveBeenCalledTimes(10);
  expect(lease.isHeld).toBe(true);
  await lease.release();
  await lease.release();
  await advance(30_000);
  expect([renew.mock.calls.length, release.mock.calls.length]).toEqual([10, 1]);
  expect(lease.signal.reason).toMatchObject({ message: 'the lease was released' });
  expect(vi.getTimerCount()).toBe(0);
});

/** A lease whose renewal is under way, for so many milliseconds more. */
async function renewing(renewedAfter: number): ReturnType<typeof leased> {
  const all = await leased();
  all.renew.mockImplementation(
    (signal) =>
      new Promise((resolve, reject) => {
        setTimeout(resolve, renewedAfter, true);
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  );
  await advance(3000);
  return all;
}

it('a store releases a lease after the renewal that is under way', async () => {
  const { lease, release } = await renewing(TIMEOUT / 2);
  const over = lease.release();
  expect(lease.isHeld).toBe(false);
  await advance(TIMEOUT / 2 - 1);
  expect(release).not.toHaveBeenCalled();
  await advance(1);
  expect(release).toHaveBeenCalledTimes(1);
  await over;
});

it('the release of a lease ends after the time of one operation, also if the renewal that is under way hangs', async () => {
  const { lease } = await renewing(TIMEOUT * 10);
  const released = vi.fn<() => void>();
  void lease.release().then(released);
  await advance(TIMEOUT);
  expect(released).toHaveBeenCalledTimes(1);
});

it('a store reports a lost lease at once when the backend does not have it any more', async () => {
  const { lease, renew, release } = await leased();
  const told = vi.fn<() => void>(() => {
    throw new Error('of a listener');
  });
  lease.signal.addEventListener('abort', told);
  renew.mockResolvedValue(false);
  await advance(3000);
  expect(told).toHaveBeenCalledTimes(1);
  expect(lease.signal.reason).toMatchObject({
    name: 'HealthCheckError',
    message: 'fake store: holding the lease "fleet/leader" failed: the store does not have it any more',
  });
  await lease.release();
  expect([lease.isHeld, await lease.renew(), release.mock.calls.length]).toEqual([false, false, 0]);
});

it('a store repeats failed renewals, and loses the lease when its time has passed', async () => {
  const { lease, renew } = await leased();
  renew.mockRejectedValueOnce(refusal);
  await advance(3900);
  expect(renew).toHaveBeenCalledTimes(2);
  // The renewal at 3900 ms is the last one that succeeds.
  renew.mockRejectedValue(refusal);
  await advance(8999);
  expect(lease.isHeld).toBe(true);
  await advance(1);
  expect(lease.isHeld).toBe(false);
  expect(lease.signal.reason).toMatchObject({ message: expect.stringContaining('it was not renewed in time') });
});

it('a lease ends by the clock alone while no timer fires', async () => {
  const { lease } = await leased();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 9001);
  expect([lease.isHeld, lease.signal.aborted, await lease.renew(), lease.signal.aborted]).toEqual([
    false,
    false,
    false,
    true,
  ]);
  clock.mockRestore();
});

it('a store releases a lease that is granted after the caller has given up', async () => {
  const { backend, store } = storeWith();
  const release = vi.fn<BackendLease['release']>(async () => undefined);
  backend.claim.mockImplementation(
    () => new Promise((resolve) => setTimeout(resolve, TIMEOUT + 1000, { renew: async () => true, release })),
  );
  const claim = failureOf(store.claim('fleet/leader', 'one', { expiresIn: 9000 }));
  await advance(TIMEOUT);
  expect(await claim).toMatchObject({ code: 'ETIMEDOUT' });
  expect(release).not.toHaveBeenCalled();
  await advance(1000);
  expect(release).toHaveBeenCalledTimes(1);
});
