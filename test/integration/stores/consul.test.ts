import { consulStore } from 'nest-vitals/stores/consul';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isNightly } from '../../support/nightly.js';
import { FakeConsul } from '../../support/servers/fake-consul.js';
import { testStore } from './behaviours.js';
import { SOON, connected, observe } from './observed.js';

const PATIENCE = 120_000;

describe('a Consul store, against a fake server', () => {
  const consul = new FakeConsul();
  beforeAll(() => consul.start());
  afterAll(() => consul.stop());
  testStore({
    server: () => ({
      freeze: () => consul.freeze(),
      thaw: () => consul.thaw(),
      kill: () => consul.stop(),
      restart: () => consul.start(),
    }),
    open: (options) => consulStore({ url: consul.url, ...options }),
    keepsData: true,
    shortestLease: 10_000,
    expiryDelay: 0,
    mergesChanges: true,
    // Each response contains the whole collection, so the time grows with the square of its size.
    size: isNightly ? 2000 : 500,
  });
});

describe('a Consul store', () => {
  async function started(options = {}): Promise<FakeConsul> {
    const consul = new FakeConsul(options);
    await consul.start();
    onTestFinished(() => consul.stop());
    return consul;
  }

  it('waits for changes with blocking queries, and restarts when the index goes backwards', async () => {
    const consul = await started();
    const store = consulStore({ url: consul.url });
    await store.put('fleet/stays', '1');
    await store.put('fleet/lost', '1');
    const watch = await connected(observe(store, 'fleet/'));
    await store.put('fleet/new', '1');
    await vi.waitUntil(() => watch.entries.has('fleet/new'), SOON);
    consul.rewind((key) => !key.endsWith('/lost'));
    await vi.waitUntil(() => !watch.entries.has('fleet/lost'), SOON);
    await store.put('fleet/after', '1');
    await vi.waitUntil(() => watch.entries.has('fleet/after'), SOON);
    expect([...watch.entries.keys()].toSorted()).toEqual(['fleet/after', 'fleet/new', 'fleet/stays']);
    expect(watch.events.filter((event) => event.startsWith('disconnected'))).toEqual([]);
    const queries = consul.requests.filter((request) => request.startsWith('GET /v1/kv/nest-vitals/fleet/?recurse='));
    expect(queries).toContain('GET /v1/kv/nest-vitals/fleet/?recurse=&index=12&wait=55s');
    expect(queries).toContain('GET /v1/kv/nest-vitals/fleet/?recurse=&index=0&wait=55s');
    // A query waits while nothing changes.
    expect(queries.length).toBeLessThan(20);
  });

  it('keeps the known entries while Consul responds with errors or has no leader', { timeout: PATIENCE }, async () => {
    const watched = async () => {
      const consul = await started();
      const store = consulStore({ url: consul.url });
      await store.put('fleet/a', '1');
      return { consul, store, watch: await connected(observe(store, 'fleet/')) };
    };
    const [failing, leaderless] = [await watched(), await watched()];
    failing.consul.failure = 500;
    leaderless.consul.hasLeader = false;
    await expect(failing.store.put('fleet/a', '2')).rejects.toMatchObject({
      message: 'Consul: put("fleet/a") failed: HTTP status 500',
      code: 'HTTP_500',
    });
    await vi.waitUntil(() => !failing.watch.isConnected && !leaderless.watch.isConnected, SOON);
    expect([failing.watch.entries.size, leaderless.watch.entries.size]).toEqual([1, 1]);
    expect(leaderless.watch.events.at(-1)).toBe(
      'disconnected: Consul: following "fleet/" failed: the cluster has no leader',
    );
    failing.consul.failure = undefined;
    leaderless.consul.hasLeader = true;
    await vi.waitUntil(() => failing.watch.isConnected && leaderless.watch.isConnected, SOON);
  });

  it('sends the token, and never shows it', async () => {
    const token = 'token-4711';
    const consul = await started({ token });
    await consulStore({ url: consul.url, token }).put('fleet/a', '1');
    const error: unknown = await consulStore({ url: consul.url, token: 'other-4711' })
      .put('fleet/a', '1')
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'HTTP_403', message: expect.stringContaining('the token is not permitted') });
    expect(JSON.stringify([error, String(error)])).not.toContain('4711');
    expect(consul.requests.join(' ')).not.toContain('4711');
    expect(() => consulStore({ url: 'http://user:4711@host', token: ' ' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('4711') }),
    );
  });

  it('loses a lease with its session, whose key stays locked for the lock delay', { timeout: PATIENCE }, async () => {
    const consul = await started();
    const store = consulStore({ url: consul.url });
    const terms = { expiresIn: 1000 };
    const lease = await store.claim('fleet/leader', 'one', terms);
    expect(await store.claim('fleet/leader', 'other', terms)).toBeUndefined();
    expect(consul.sessionCount).toBe(1);
    consul.expireSessions();
    expect(await lease?.renew()).toBe(false);
    expect(lease?.signal.reason).toMatchObject({ message: expect.stringContaining('does not have it any more') });
    expect(await store.claim('fleet/leader', 'other', terms)).toBeUndefined();
    const next = await vi.waitUntil(() => store.claim('fleet/leader', 'other', terms), SOON);
    await next.release();
    expect(consul.sessionCount).toBe(0);
    // No lock delay follows a release.
    expect((await store.claim('fleet/leader', 'one', terms))?.isHeld).toBe(true);
  });

  it('detects that an entry was written again with the same value', { timeout: PATIENCE }, async () => {
    const consul = await started();
    const store = consulStore({ url: consul.url });
    const watch = await connected(observe(store, 'fleet/'));
    for (let writes = 1; writes <= 3; writes += 1) {
      await store.put('fleet/a', '1', { expiresIn: 60_000 });
      await vi.waitUntil(() => watch.events.length === 2 + writes, SOON);
    }
    expect(watch.events.slice(2)).toEqual(['put fleet/a', 'put fleet/a', 'put fleet/a']);
  });
});
