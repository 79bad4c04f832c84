import { randomUUID } from 'node:crypto';
import { Etcd3 } from 'etcd3';
import { etcdStore } from 'nest-vitals/stores/etcd';
import { expect, it, onTestFinished, vi } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { etcd } from '../../support/servers/etcd.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { testStore } from './behaviours.js';
import { SOON, connected, observe } from './observed.js';

const PATIENCE = 120_000;

function clientOf(server: PrivateServer): Etcd3 {
  const client = new Etcd3({ hosts: `127.0.0.1:${server.port}` });
  onTestFinished(() => client.close());
  return client;
}

describeWith(etcd, 'an etcd store', (server) => {
  testStore({
    server,
    open: (options) => etcdStore({ client: clientOf(server()), ...options }),
    keepsData: true,
    shortestLease: 2000,
    expiryDelay: 5000,
  });

  it('writes only the keys that docs/stores.md lists, with leases of etcd', async () => {
    const client = clientOf(server());
    const namespace = randomUUID();
    const store = etcdStore({ client, namespace });
    await store.put('fleet/orders/a', '{"status":"UP"}', { expiresIn: 60_000 });
    await store.put('fleet/orders/a', '{"status":"UP"}', { expiresIn: 60_000 });
    await store.put('fleet/orders/b', 'stays');
    const lease = await store.claim('fleet/leader', 'one', { expiresIn: 60_000 });
    const { kvs } = await client.getAll().prefix(namespace).exec();
    expect(kvs.map(({ key, lease: id }) => [String(key), id !== '0'])).toEqual([
      [`${namespace}/@leases/fleet/leader`, true],
      [`${namespace}/fleet/orders/a`, true],
      [`${namespace}/fleet/orders/b`, false],
    ]);
    await lease?.release();
    expect(await client.getAll().prefix(`${namespace}/@leases`).keys()).toEqual([]);
  });

  it('replaces the lease of an entry when the server has lost it', async () => {
    const client = clientOf(server());
    const namespace = randomUUID();
    const store = etcdStore({ client, namespace });
    const put = (): Promise<void> => store.put('fleet/a', '1', { expiresIn: 60_000 });
    const leaseOf = async (): Promise<string> => {
      const { kvs } = await client.getAll().prefix(namespace).exec();
      return kvs[0]?.lease ?? 'none';
    };
    await put();
    const first = await leaseOf();
    await put();
    expect(await leaseOf()).toBe(first);
    await client.leaseClient.leaseRevoke({ ID: first });
    expect(await leaseOf()).toBe('none');
    await put();
    expect(await leaseOf()).not.toMatch(/^none$|^0$/);
  });

  it('loses a lease whose key another tool has removed or replaced', async () => {
    const client = clientOf(server());
    const namespace = randomUUID();
    const store = etcdStore({ client, namespace });
    const key = `${namespace}/@leases/fleet/leader`;
    const lease = await store.claim('fleet/leader', 'one', { expiresIn: 60_000 });
    expect(await lease?.renew()).toBe(true);
    await client.put(key).value('another one');
    expect(await lease?.renew()).toBe(false);
    expect(lease?.signal.reason).toMatchObject({ message: expect.stringContaining('does not have it any more') });
  });

  it('takes a new snapshot when the changes that it missed were compacted', { timeout: PATIENCE }, async () => {
    const client = clientOf(server());
    const store = etcdStore({ client, namespace: randomUUID() });
    const other = etcdStore({ client: clientOf(server()), namespace: randomUUID() });
    const watch = await connected(observe(store, 'fleet/'));
    await store.put('fleet/a', '1');
    await server().kill();
    await vi.waitUntil(() => !watch.isConnected, SOON);
    await server().restart();
    await vi.waitFor(() => other.put('fleet/b', '1'), SOON);
    const { header } = await client.kv.range({ key: Buffer.from('x') });
    await client.kv.compact({ revision: header.revision, physical: true });
    await vi.waitUntil(() => watch.isConnected, SOON);
    await vi.waitFor(() => store.put('fleet/c', '1'), SOON);
    await vi.waitUntil(() => watch.entries.size === 2, SOON);
    expect([...watch.entries.keys()]).toEqual(['fleet/a', 'fleet/c']);
  });

  it('reads a collection that is larger than one response', { timeout: PATIENCE }, async () => {
    const store = etcdStore({ client: clientOf(server()), namespace: randomUUID(), timeout: 30_000 });
    const value = 'x'.repeat(65_536);
    for (let index = 0; index < 100; index += 10) {
      const puts = Array.from({ length: 10 }, (_unused, offset) => store.put(`fleet/${index + offset}`, value));
      await Promise.all(puts);
    }
    const watch = await connected(observe(store, 'fleet/'));
    expect(watch.entries.size).toBe(100);
  });

  it('reports a closed client, and refuses another kind of client', async () => {
    const client = new Etcd3({ hosts: `127.0.0.1:${server().port}` });
    client.close();
    await expect(etcdStore({ client }).put('fleet/a', '1')).rejects.toThrow(
      'etcd: put("fleet/a") failed: the client is closed',
    );
    expect(() => etcdStore({ client: {} as never })).toThrow('use an Etcd3 client');
  });
});
