import { randomUUID } from 'node:crypto';
import { type NatsConnection, connect as connectNats } from 'nats';
import { connect as connectTransport } from '@nats-io/transport-node';
import type { HealthStore } from 'nest-vitals/stores/memory';
import { natsStore } from 'nest-vitals/stores/nats';
import { expect, it, onTestFinished, vi } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { nats } from '../../support/servers/nats.js';
import type { PrivateServer, ServerKind } from '../../support/servers/private-server.js';
import { testStore } from './behaviours.js';
import { SOON, connected, observe } from './observed.js';

const PATIENCE = 120_000;

const jetStream: ServerKind = {
  ...nats,
  command: (place) => ({ ...nats.command(place), args: [...nats.command(place).args, '--jetstream'] }),
};

const optionsOf = (server: PrivateServer) => {
  const { host, port, user, password } = server.address();
  return { servers: `${host}:${port}`, user, pass: password, maxReconnectAttempts: -1, reconnectTimeWait: 100 };
};

async function openOld(server: PrivateServer): Promise<NatsConnection> {
  const client = await connectNats(optionsOf(server));
  onTestFinished(() => client.close());
  return client;
}

async function openStore(server: PrivateServer, options = {}): Promise<HealthStore> {
  const client = await connectTransport(optionsOf(server));
  onTestFinished(() => client.close());
  return natsStore({ client, ...options });
}

describeWith(jetStream, 'a NATS store', (server) => {
  testStore({
    server,
    open: (options) => openStore(server(), options),
    keepsData: true,
    shortestLease: 1000,
    expiryDelay: 0,
    // The bucket keeps one message for each key, so a watch on a busy machine misses a message that is replaced at
    // once.
    mergesChanges: true,
  });

  it(
    'works with the older package, and reads entries written by the tools of NATS',
    { timeout: PATIENCE },
    async () => {
      const client = await openOld(server());
      const namespace = randomUUID();
      const store = natsStore({ client, namespace });
      const watch = await connected(observe(store, 'config/'));
      const bucket = await client.jetstream().views.kv(namespace);
      await bucket.put('config.database', '{"timeout":500}');
      await vi.waitUntil(() => watch.entries.get('config/database') === '{"timeout":500}', SOON);
      await bucket.delete('config.database');
      await vi.waitUntil(() => watch.entries.size === 0, SOON);
      await store.put('config/stock.main=1', '~text');
      await store.put('config/expires', 'soon', { expiresIn: 60_000 });
      const lease = await store.claim('config/leader', 'one', { expiresIn: 60_000 });
      const keys = [];
      for await (const key of await bucket.keys()) keys.push(key);
      expect(keys.toSorted()).toEqual(['=L.config.leader', 'config.expires', 'config.stock=2Emain=3D1']);
      expect((await bucket.get('config.expires'))?.string()).toBe('~60000:soon');
      expect(watch.entries.get('config/stock.main=1')).toBe('~text');
      await lease?.release();
      expect(await bucket.get('=L.config.leader')).toBeNull();
      expect(watch.events.filter((event) => event.startsWith('disconnected'))).toEqual([]);
    },
  );

  it('takes over the lease of an owner that was silent for the whole lease time', { timeout: PATIENCE }, async () => {
    const client = await openOld(server());
    const namespace = randomUUID();
    const store = natsStore({ client, namespace });
    await store.put('fleet/a', '1');
    const bucket = await client.jetstream().views.kv(namespace);
    // The lease of a process that has crashed.
    await bucket.put('=L.fleet.leader', '~1000:token of a crashed process');
    const claim = () => store.claim('fleet/leader', 'one', { expiresIn: 1000 });
    expect(await claim()).toBeUndefined();
    const lease = await vi.waitUntil(claim, SOON);
    // The renewals of a living owner keep other owners away.
    const other = natsStore({ client, namespace });
    for (let time = 0; time < 2500; time += 250) {
      expect(await other.claim('fleet/leader', 'other', { expiresIn: 1000 })).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    // Another tool has replaced the lease.
    await bucket.put('=L.fleet.leader', '~1000:token of another one');
    expect(await lease.renew()).toBe(false);
    expect(lease.isHeld).toBe(false);
  });

  it('does not bring back an entry that has expired when it connects again', { timeout: PATIENCE }, async () => {
    const store = await openStore(server(), { namespace: randomUUID() });
    await store.put('fleet/stays', '1');
    await store.put('fleet/expires', '1', { expiresIn: 1000 });
    const watch = await connected(observe(store, 'fleet/'));
    await vi.waitUntil(() => watch.events.at(-1) === 'removed fleet/expires', SOON);
    await server().restart();
    await vi.waitUntil(() => watch.events.length > 4 && watch.isConnected, SOON);
    expect(watch.events.filter((event) => !event.startsWith('disconnected'))).toEqual([
      'connected',
      'snapshot of 2',
      'removed fleet/expires',
      'connected',
      'snapshot of 1',
    ]);
  });

  it(
    'refuses calls while the client is still connecting, and works when it has connected',
    { timeout: PATIENCE },
    async () => {
      await server().kill();
      const connecting = connectTransport({ ...optionsOf(server()), waitOnFirstConnect: true });
      onTestFinished(async () => (await connecting).close());
      const store = natsStore({ client: connecting, namespace: randomUUID() });
      const watch = observe(store, 'fleet/');
      await expect(store.put('fleet/a', '1')).rejects.toThrow('not connected: the client is connecting');
      await vi.waitUntil(() => watch.events.length > 0, SOON);
      expect(watch.events).toEqual([expect.stringContaining('not connected: the client is connecting')]);
      await server().restart();
      await vi.waitFor(() => store.put('fleet/a', '1'), SOON);
      await vi.waitUntil(() => watch.entries.get('fleet/a') === '1', SOON);
      const failed = natsStore({ client: Promise.reject(new Error('secret')) });
      await vi.waitFor(() => expect(failed.put('fleet/a', '1')).rejects.toThrow('the client reported an error'), SOON);
    },
  );

  it('reports a closed connection, and refuses another kind of client', async () => {
    const client = await openOld(server());
    await client.close();
    await expect(natsStore({ client }).put('fleet/a', '1')).rejects.toThrow(
      'NATS: put("fleet/a") failed: not connected: the client is closed',
    );
    expect(() => natsStore({ client: {} as never })).toThrow('use a connection of @nats-io/transport-node or nats');
  });
});

describeWith(nats, 'a NATS store without JetStream', (server) => {
  it('rejects every operation with the reason', async () => {
    const store = await openStore(server());
    const unavailable = { code: 'JS_UNAVAILABLE', message: expect.stringContaining('JetStream is not available') };
    await expect(store.put('fleet/a', '1')).rejects.toMatchObject(unavailable);
    await expect(store.claim('fleet/a', 'one', { expiresIn: 5000 })).rejects.toMatchObject(unavailable);
    const watch = observe(store, 'fleet/');
    await vi.waitUntil(() => watch.events.length > 0, SOON);
    expect(watch.events).toEqual(['disconnected: NATS: following "fleet/" failed: JetStream is not available']);
  });
});
