import { randomUUID } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { redisStore } from 'nest-vitals/stores/redis';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isNightly } from '../../support/nightly.js';
import { describeWith, useServer } from '../../support/servers/describe-with.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { redisCluster } from '../../support/servers/redis-cluster.js';
import { redisSentinel } from '../../support/servers/redis-sentinel.js';
import { redis } from '../../support/servers/redis.js';
import { SOON, connected, observe } from './observed.js';
import type { RedisStoreClient } from 'nest-vitals/stores/redis';

const PATIENCE = 120_000;

/** Runs every operation once, then restarts the server, which loses its data. Returns the last event of a watch. */
async function useStore(client: RedisStoreClient, server: PrivateServer): Promise<string | undefined> {
  const store = redisStore({ client, namespace: randomUUID() });
  const watch = await connected(observe(store, 'fleet/'));
  await store.put('fleet/a', '1');
  await store.put('fleet/b', '1', { expiresIn: 60_000 });
  await store.remove('fleet/a');
  await vi.waitUntil(() => watch.events.length === 5, SOON);
  expect(watch.events).toEqual(['connected', 'snapshot of 0', 'put fleet/a', 'put fleet/b', 'removed fleet/a']);
  const lease = await store.claim('fleet/leader', 'one', { expiresIn: 60_000 });
  expect(await store.claim('fleet/leader', 'other', { expiresIn: 60_000 })).toBeUndefined();
  expect(await lease?.renew()).toBe(true);
  await lease?.release();
  await server.kill();
  await vi.waitUntil(() => !watch.isConnected, SOON);
  await server.restart();
  await vi.waitUntil(() => watch.isConnected && watch.entries.size === 0, SOON);
  await vi.waitFor(() => store.put('fleet/c', '1'), SOON);
  await vi.waitUntil(() => watch.entries.has('fleet/c'), SOON);
  return watch.events.at(-1);
}

describeWith(redisCluster, 'a Redis store with a cluster', (server) => {
  it('works with a Cluster of ioredis', { timeout: PATIENCE }, async () => {
    const { host, port, password } = server().address();
    const client = new Cluster([{ host, port }], {
      redisOptions: { password, keyPrefix: 'application:' },
      clusterRetryStrategy: () => 100,
    });
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    expect(await useStore(client, server())).toBe('put fleet/c');
  });

  it('works with a cluster of redis', { timeout: PATIENCE }, async () => {
    const { url, password } = server().address();
    const client = createCluster({ rootNodes: [{ url }], defaults: { password, socket: { reconnectStrategy: 100 } } });
    client.on('error', () => undefined);
    await client.connect();
    onTestFinished(() => client.destroy());
    expect(await useStore(client, server())).toBe('put fleet/c');
  });
});

describeWith(redis, 'a Redis store with sentinels', (primary) => {
  const sentinel = useServer(() => redisSentinel(primary().address()));

  it('works with a Redis of ioredis', { timeout: PATIENCE }, async () => {
    const { host, port, password } = sentinel().address();
    const client = new Redis({
      name: 'main',
      sentinels: [{ host, port }],
      sentinelPassword: password,
      password: primary().address().password,
      retryStrategy: () => 100,
    });
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    expect(await useStore(client, primary())).toBe('put fleet/c');
  });

  // This client subscribes like the cluster client of the same package, which every run tests.
  it.runIf(isNightly)('works with a sentinel client of redis', { timeout: PATIENCE }, async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    onTestFinished(() => void vi.restoreAllMocks());
    const { host, port, password } = sentinel().address();
    const client = createSentinel({
      name: 'main',
      sentinelRootNodes: [{ host, port }],
      sentinelClientOptions: { password },
      nodeClientOptions: { password: primary().address().password },
    });
    client.on('error', () => undefined);
    await client.connect();
    onTestFinished(() => client.destroy());
    expect(await useStore(client, primary())).toBe('put fleet/c');
  });
});

describeWith(redis, 'a Redis store', (server) => {
  function clientOf(options = {}): Redis {
    const { host, port, password } = server().address();
    const client = new Redis({ host, port, password, retryStrategy: () => 100, ...options });
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    return client;
  }

  it('writes only the keys that docs/stores.md lists, which vanish with their entries', async () => {
    const client = clientOf();
    const namespace = randomUUID();
    const store = redisStore({ client, namespace });
    await store.put('fleet/orders/a', '1', { expiresIn: 5000 });
    await store.claim('fleet/leader', 'one', { expiresIn: 5000 });
    const base = `{${namespace}:fleet}`;
    const keys = [`${base}:expiry`, `${base}:lease:leader`, `${base}:revision`, `${base}:values`];
    expect((await client.keys(`*${namespace}*`)).toSorted()).toEqual(keys);
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
    expect(await client.pttl(`${base}:values`)).toBeLessThanOrEqual(65_000);
    await store.put('fleet/orders/b', '1');
    expect(await client.pttl(`${base}:values`)).toBe(-1);
    await store.remove('fleet/orders/b');
    expect(await client.pttl(`${base}:values`)).toBeGreaterThan(0);
  });

  it('opens one connection for all watches of a collection, and closes it with the last one', async () => {
    const client = clientOf({ connectionName: randomUUID() });
    const store = redisStore({ client, namespace: randomUUID() });
    const count = async (): Promise<number> =>
      String(await client.client('LIST'))
        .split('\n')
        .filter((line) => line.includes(`name=${client.options.connectionName}`)).length;
    const watches = [observe(store, 'fleet/'), observe(store, 'fleet/a'), observe(store, 'fleet/')];
    for (const watch of watches) await connected(watch);
    expect(await count()).toBe(2);
    for (const watch of watches) watch.close();
    await vi.waitFor(async () => expect(await count()).toBe(1), SOON);
  });

  it('detects entries that other tools wrote, and messages that it missed', { timeout: PATIENCE }, async () => {
    const client = clientOf();
    const watched = async () => {
      const namespace = randomUUID();
      const watch = await connected(observe(redisStore({ client, namespace }), 'config/'));
      const base = `{${namespace}:config}`;
      await client.hset(`${base}:values`, 'database', '{"timeout":500}');
      await client.incr(`${base}:revision`);
      await client.publish(`${base}:changes`, 'written by a person');
      await vi.waitUntil(() => watch.entries.get('config/database') === '{"timeout":500}', SOON);
      return { watch, base };
    };
    const [changed, emptied] = [await watched(), await watched()];
    // The revision without a message: a message was lost.
    await client.hset(`${changed.base}:values`, 'database', '{"timeout":600}');
    await client.incr(`${changed.base}:revision`);
    await client.del(await client.keys(`${emptied.base}:*`));
    await vi.waitUntil(() => changed.watch.entries.get('config/database') === '{"timeout":600}', SOON);
    await vi.waitUntil(() => emptied.watch.entries.size === 0, SOON);
    for (const { watch } of [changed, emptied]) {
      expect(watch.events.filter((event) => event.startsWith('disconnected'))).toEqual([]);
    }
  });

  it(
    'works for a user with only the permissions of docs/stores.md, and reports a missing permission',
    { timeout: PATIENCE },
    async () => {
      const [admin, namespace] = [clientOf(), `acl-${randomUUID()}`];
      const places = ['on', '>password', 'resetchannels', `~{${namespace}:*`, `&{${namespace}:*`];
      const rules = [
        ...'+eval +set +get +exists +incr +pexpire +persist +del +hset +hdel +hlen +hgetall'.split(' '),
        ...'+zadd +zrem +zcard +zrange +zrangebyscore +time +publish +subscribe +unsubscribe +info'.split(' '),
      ];
      await vi.waitUntil(() => admin.status === 'ready', SOON);
      await admin.acl('SETUSER', 'store', ...places, ...rules);
      const reads = '+eval +get +hgetall +zrange +time +subscribe +unsubscribe +info';
      await admin.acl('SETUSER', 'reader', ...places, ...reads.split(' '));
      const as = (username: string): Redis => clientOf({ username, password: 'password' });
      const store = redisStore({ client: as('store'), namespace });
      await vi.waitFor(() => store.put('fleet/a', '1', { expiresIn: 60_000 }), SOON);
      const watch = await connected(observe(store, 'fleet/'));
      await store.put('fleet/b', '1');
      await store.remove('fleet/a');
      await vi.waitUntil(() => watch.entries.size === 1 && watch.entries.has('fleet/b'), SOON);
      const lease = await store.claim('fleet/leader', 'one', { expiresIn: 5000 });
      expect(await lease?.renew()).toBe(true);
      await lease?.release();
      const foreign = redisStore({ client: as('store'), namespace: 'other' });
      const message = expect.stringContaining('the user is not permitted to run the commands of the store');
      await vi.waitFor(
        () => expect(foreign.put('fleet/a', '1')).rejects.toMatchObject({ code: 'NOPERM', message }),
        SOON,
      );
      const reading = redisStore({ client: as('reader'), namespace });
      const read = await connected(observe(reading, 'fleet/'));
      expect([...read.entries.keys()]).toEqual(['fleet/b']);
      await expect(reading.put('fleet/b', '2')).rejects.toMatchObject({ code: 'NOPERM', message });
    },
  );

  it('reports a read-only replica and a client without a connection at once', async () => {
    const client = clientOf();
    await client.ping();
    await client.replicaof('127.0.0.1', '1');
    onTestFinished(async () => void (await client.replicaof('NO', 'ONE')));
    const store = redisStore({ client });
    await expect(store.put('fleet/a', '1')).rejects.toThrow('the server is a read-only replica');
    const closed = createClient({ url: server().address().url });
    await expect(redisStore({ client: closed }).put('fleet/a', '1')).rejects.toThrow(
      'Redis: put("fleet/a") failed: not connected: the client is closed',
    );
  });

  it('refuses a client that it cannot use', () => {
    const pool = createClientPool({ url: server().address().url });
    for (const client of [pool, {}, 'redis://host', undefined]) {
      expect(() => redisStore({ client: client as never })).toThrow(
        'use a Redis or a Cluster of ioredis, or a client of createClient(), createCluster() or createSentinel()',
      );
    }
    expect(() => redisStore({ client: clientOf(), namespace: 'a b', timeout: -1 })).toThrow('2 faults');
  });
});
