import { expect, it, vi } from 'vitest';
import { serviceCollectionOf } from '../../../src/fleet/collection.js';
import { FleetTopics } from '../../../src/fleet/fleet-topics.js';
import { Roster } from '../../../src/fleet/roster.js';
import type { HealthStore } from '../../../src/stores/health-store.js';
import { memoryStore } from '../../../src/stores/memory/memory-store.js';

const collection = 'fleet.test';

function topicsOf(store: HealthStore, instance: string, secret: string | undefined) {
  const warnings: string[] = [];
  const notes = new Map<string, string>();
  const roster = new Roster({ store, collection, secret });
  const base = {
    store,
    environment: 'test',
    service: 'orders',
    collection,
    roster,
    secret,
    instance,
    counts: () => undefined,
  };
  const link = new FleetTopics({ ...base, warn: (line) => warnings.push(line) });
  const topic = link.open('https://hooks.example/secret', {
    connected: () => undefined,
    disconnected: () => undefined,
    snapshot: (all) => {
      for (const [name, text] of all) notes.set(name, text);
    },
    put: (name, text) => void notes.set(name, text),
    removed: (name) => void notes.delete(name),
  });
  return { warnings, notes, topic };
}

async function keysOf(store: HealthStore): Promise<Map<string, string>> {
  const keys = new Map<string, string>();
  store.watch(`${serviceCollectionOf('fleet-notes', 'test', 'orders')}/`, {
    snapshot: (all) => {
      for (const each of all) keys.set(...each);
    },
    put: () => undefined,
    removed: () => undefined,
  });
  await vi.waitFor(() => expect(keys.size).toBeGreaterThan(0));
  return keys;
}

it('FleetTopics shares notes between the instances of a service, and writes only a hash of the topic', async () => {
  const store = memoryStore();
  const one = topicsOf(store, 'one', undefined);
  const two = topicsOf(store, 'two', undefined);
  await one.topic.put('note', 'hello', 10_000);
  await vi.waitFor(() => expect(two.notes).toEqual(new Map([['note', 'hello']])));
  expect(JSON.stringify([...(await keysOf(store))])).not.toContain('secret');
  const lease = await one.topic.claim(1000);
  await expect(two.topic.claim(1000)).resolves.toBeUndefined();
  await lease?.release();
  one.topic.close();
  two.topic.close();
});

it('FleetTopics refuses notes that are not signed with the secret, and signed notes in another place', async () => {
  const store = memoryStore();
  const one = topicsOf(store, 'one', 'the secret of the fleet');
  await one.topic.put('note', 'hello', 10_000);
  await vi.waitFor(() => expect(one.notes.get('note')).toBe('hello'));
  const [[key, value] = ['', '']] = await keysOf(store);
  await store.put(`${key}-copy`, value);
  await store.put(`${key}-forged`, `${key}-forged\nhello`);
  await store.put(`${key}-last`, 'unsigned');
  await vi.waitFor(() => expect(one.warnings).toHaveLength(1));
  expect(one.warnings[0]).toBe('A note of another instance is refused: it was written for another key');
  expect([...one.notes.keys()]).toEqual(['note']);
  one.topic.close();
});
