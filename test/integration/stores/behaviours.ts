import { randomUUID } from 'node:crypto';
import type { HealthStore, StoreLease } from 'nest-vitals/stores/memory';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isNightly } from '../../support/nightly.js';
import { SOON, connected, observe } from './observed.js';

/** A server that the test can make fail. */
export interface StoreServer {
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export interface StoreSubject {
  readonly server: () => StoreServer;
  /** A store with its own client. It ends with the test. The default of `timeout` is 2000. */
  readonly open: (options?: { readonly timeout?: number }) => Promise<HealthStore> | HealthStore;
  /** Whether entries survive a restart of the server. */
  readonly keepsData: boolean;
  /** Milliseconds. The shortest lease of the store. */
  readonly shortestLease: number;
  /** Milliseconds by which an entry may be removed after its time. */
  readonly expiryDelay: number;
  /** Whether a watch may report several writes of one key in quick succession as one. */
  readonly mergesChanges?: boolean;
  /** The number of entries of the largest collection. Default: 10,000 in the nightly run, otherwise 2,000. */
  readonly size?: number;
}

/** Longer than any operation with a timeout of two seconds takes on a busy machine. */
const BOUNDED = 20_000;
const PATIENCE = 120_000;
/** Milliseconds. Only the nightly run waits longer for a lease to renew itself. */
const LONGEST_WAIT = 4000;

/** The behaviours that every store has. The tests share one server, so each test uses its own collection. */
export function testStore(subject: StoreSubject): void {
  const { open, server } = subject;
  const collection = (): string => `test-${randomUUID()}`;
  const openTwo = async (): Promise<[HealthStore, HealthStore]> => [await open(), await open()];

  it('gives a watch a snapshot and every change by another client, in order', { timeout: PATIENCE }, async () => {
    const [writer, reader] = await openTwo();
    const name = collection();
    await writer.put(`${name}/orders/a`, '{"text":"ä \u{1f680}"}');
    await writer.put(`${name}/other`, '1');
    const watch = await connected(observe(reader, `${name}/orders/`));
    expect(watch.entries).toEqual(new Map([[`${name}/orders/a`, '{"text":"ä \u{1f680}"}']]));
    await writer.put(`${name}/orders/b`, '1');
    await writer.put(`${name}/orders/b`, '2');
    await writer.put(`${name}/other`, '2');
    await writer.put(`${name}/orders/b`, '2');
    await writer.remove(`${name}/orders/a`);
    await writer.remove(`${name}/orders/missing`);
    const b = `put ${name}/orders/b`;
    const removed = `removed ${name}/orders/a`;
    await vi.waitUntil(() => watch.events.includes(removed) && watch.entries.get(`${name}/orders/b`) === '2', SOON);
    const told = subject.mergesChanges ? [...new Set(watch.events)].toSorted() : watch.events;
    const expected = ['connected', 'snapshot of 1', b, b, b, removed];
    expect(told).toEqual(subject.mergesChanges ? [...new Set(expected)].toSorted() : expected);
    expect(watch.entries).toEqual(new Map([[`${name}/orders/b`, '2']]));
    watch.close();
    await writer.put(`${name}/orders/c`, '1');
    const later = await connected(observe(reader, `${name}/`));
    expect([...later.entries.keys()].toSorted()).toEqual([`${name}/orders/b`, `${name}/orders/c`, `${name}/other`]);
    expect(watch.events).not.toContain(`put ${name}/orders/c`);
  });

  it('gives the current entries to a watch that joins another watch', { timeout: PATIENCE }, async () => {
    const [writer, reader] = await openTwo();
    const name = collection();
    const first = await connected(observe(reader, `${name}/`));
    await writer.put(`${name}/a`, '1');
    await vi.waitUntil(() => first.entries.size === 1, SOON);
    const second = await connected(observe(reader, `${name}/`));
    await writer.put(`${name}/b`, '1');
    await vi.waitUntil(() => second.entries.size === 2, SOON);
    expect(second.events).toEqual(['connected', 'snapshot of 1', `put ${name}/b`]);
  });

  it('removes an entry that is not renewed in time, and only that entry', { timeout: PATIENCE }, async () => {
    const [writer, reader] = await openTwo();
    const name = collection();
    const watch = await connected(observe(reader, `${name}/`));
    await writer.put(`${name}/stays`, '1');
    await writer.put(`${name}/expires`, '1', { expiresIn: 2000 });
    await writer.put(`${name}/is-renewed`, '1', { expiresIn: 2000 });
    await writer.put(`${name}/becomes-permanent`, '1', { expiresIn: 2000 });
    await writer.put(`${name}/becomes-permanent`, '2');
    const renewal = setInterval(() => {
      writer.put(`${name}/is-renewed`, '1', { expiresIn: 2000 }).catch(() => undefined);
    }, 300);
    onTestFinished(() => clearInterval(renewal));
    await vi.waitUntil(() => watch.events.some((event) => event === `removed ${name}/expires`), {
      timeout: BOUNDED + subject.expiryDelay,
    });
    const left = [`${name}/becomes-permanent`, `${name}/is-renewed`, `${name}/stays`];
    expect([...watch.entries.keys()].toSorted()).toEqual(left);
    expect(watch.events.filter((event) => event.startsWith('removed'))).toEqual([`removed ${name}/expires`]);
    const fresh = await connected(observe(await open(), `${name}/`));
    expect([...fresh.entries.keys()].filter((key) => !key.endsWith('/expires')).toSorted()).toEqual(left);
  });

  it('grants a lease to one owner at a time, until it is released', { timeout: PATIENCE }, async () => {
    const [one, other] = await openTwo();
    const key = `${collection()}/leader`;
    const terms = { expiresIn: subject.shortestLease };
    const lease = held(await one.claim(key, 'one', terms));
    expect([await other.claim(key, 'other', terms), await one.claim(key, 'one', terms)]).toEqual([
      undefined,
      undefined,
    ]);
    // Longer than a short lease, because the lease renews itself.
    const longer = 1.5 * subject.shortestLease;
    if (longer <= LONGEST_WAIT || isNightly) await new Promise((resolve) => setTimeout(resolve, longer));
    expect(lease.isHeld).toBe(true);
    expect(await lease.renew()).toBe(true);
    expect(await other.claim(key, 'other', terms)).toBeUndefined();
    await lease.release();
    expect([lease.isHeld, lease.signal.aborted, await lease.renew()]).toEqual([false, true, false]);
    const next = held(await other.claim(key, 'other', terms));
    // A second release has no effect on the new owner.
    await lease.release();
    expect(await next.renew()).toBe(true);
    await next.release();
  });

  it('fails in time while the server is frozen, reports that, and recovers', { timeout: PATIENCE }, async () => {
    const [writer, reader] = await openTwo();
    const name = collection();
    await writer.put(`${name}/a`, '1');
    const watch = await connected(observe(reader, `${name}/`));
    const lease = held(await writer.claim(`${name}/leader`, 'one', { expiresIn: subject.shortestLease }));
    server().freeze();
    onTestFinished(() => server().thaw());
    const start = performance.now();
    const calls = [
      writer.put(`${name}/a`, '2'),
      writer.remove(`${name}/a`),
      writer.claim(`${name}/b`, 'one', { expiresIn: 60_000 }),
    ];
    await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject({ name: 'HealthCheckError' })));
    const abort = new AbortController();
    const aborted = writer.put(`${name}/a`, '2', { signal: abort.signal });
    abort.abort(new Error('the caller has given up'));
    await expect(aborted).rejects.toThrow('the caller has given up');
    expect(performance.now() - start).toBeLessThan(BOUNDED);
    await vi.waitUntil(() => !watch.isConnected && lease.signal.aborted, SOON);
    expect(lease.isHeld).toBe(false);
    expect(watch.entries.size).toBe(1);
    server().thaw();
    await vi.waitUntil(() => watch.isConnected, SOON);
    await vi.waitFor(() => writer.put(`${name}/b`, 'after'), SOON);
    await vi.waitUntil(() => watch.entries.get(`${name}/b`) === 'after', SOON);
  });

  it('reports a crash, connects again, and reports the entries that vanished', { timeout: PATIENCE }, async () => {
    const [writer, reader] = await openTwo();
    const name = collection();
    await writer.put(`${name}/a`, '1');
    const watch = await connected(observe(reader, `${name}/`));
    watch.events.length = 0;
    const third = await open();
    await server().kill();
    await vi.waitUntil(() => !watch.isConnected, SOON);
    await expect(writer.put(`${name}/a`, '2')).rejects.toMatchObject({ name: 'HealthCheckError' });
    const late = observe(third, `${name}/`);
    await vi.waitUntil(() => late.events.length > 0, SOON);
    expect(late.events[0]).toMatch(/^disconnected: /);
    await server().restart();
    await vi.waitUntil(() => watch.isConnected && late.isConnected, SOON);
    expect(watch.events.filter((event) => !event.startsWith('disconnected'))).toEqual(
      subject.keepsData ? ['connected', 'snapshot of 1'] : ['connected', `removed ${name}/a`, 'snapshot of 0'],
    );
    await vi.waitFor(() => writer.put(`${name}/b`, '1'), SOON);
    await vi.waitUntil(() => watch.entries.has(`${name}/b`) && late.entries.has(`${name}/b`), SOON);
  });

  const { size = isNightly ? 10_000 : 2000 } = subject;
  it(`holds ${size} entries, and misses no entry in a flood of changes`, { timeout: PATIENCE }, async () => {
    const [one, two] = [await open({ timeout: BOUNDED }), await open({ timeout: BOUNDED })];
    const name = collection();
    const early = await connected(observe(two, `${name}/`));
    const put = async (store: HealthStore, from: number, to: number, value: string): Promise<void> => {
      for (let start = from; start < to; start += 250) {
        const indices = Array.from({ length: 250 }, (_unused, index) => start + index);
        await Promise.all(indices.map((index) => store.put(`${name}/${index}`, value)));
      }
    };
    await Promise.all([put(one, 0, size / 2, 'x'.repeat(100)), put(two, size / 2, size, 'x'.repeat(100))]);
    const late = await connected(observe(one, `${name}/`));
    await vi.waitUntil(() => late.entries.size === size && early.entries.size === size, SOON);
    const changed = Math.min(size, 2000);
    await Promise.all([put(one, 0, changed / 2, 'last'), put(two, changed / 2, changed, 'last')]);
    const last = (entries: ReadonlyMap<string, string>): number =>
      [...entries.values()].filter((value) => value === 'last').length;
    await vi.waitUntil(() => last(late.entries) === changed && last(early.entries) === changed, SOON);
    expect(early.events.filter((event) => event.startsWith('disconnected'))).toEqual([]);
  });

  it('refuses keys and values that it cannot store, with the reason', async () => {
    const store = await open();
    const refusals: [Promise<unknown>, RegExp][] = [
      [store.put('no-collection', ''), /put\("no-collection"\) failed: the key "no-collection" is malformed: use /],
      [store.put('a/b c', ''), /is malformed/],
      [store.put('a/b', 'ä'.repeat(32_769)), /the value has 65538 bytes: use at most 65536/],
      [store.put('a/b', '', { expiresIn: 999 }), /expiresIn is 999: use a whole number of milliseconds from 1000/],
      [store.remove('a//b'), /is malformed/],
      [store.claim('a', 'one', { expiresIn: 5000 }), /is malformed/],
    ];
    for (const [refusal, message] of refusals) {
      await expect(refusal).rejects.toMatchObject({
        name: 'HealthCheckError',
        message: expect.stringMatching(message),
      });
    }
    expect(() => store.watch('fleet', { snapshot() {}, put() {}, removed() {} })).toThrow(
      'use a collection and a slash',
    );
  });
}

function held(lease: StoreLease | undefined): StoreLease {
  if (!lease) throw new Error('the lease was not granted');
  onTestFinished(() => lease.release());
  return lease;
}
