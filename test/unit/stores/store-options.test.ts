import { Etcd3 } from 'etcd3';
import { Redis } from 'ioredis';
import { consulStore } from 'nest-vitals/stores/consul';
import { etcdStore } from 'nest-vitals/stores/etcd';
import { natsStore } from 'nest-vitals/stores/nats';
import { redisStore } from 'nest-vitals/stores/redis';
import { expect, it } from 'vitest';

it.each([
  ['redisStore', redisStore, () => new Redis({ lazyConnect: true })],
  ['etcdStore', etcdStore, () => new Etcd3()],
  ['natsStore', natsStore, () => Promise.resolve()],
] as const)('%s refuses the client itself, and says how to pass it', (name, create, connect) => {
  const client = connect();
  const createWithClient = create as unknown as (client: unknown) => unknown;
  expect(() => createWithClient(client)).toThrow(`${name}(): it received the client instead of its options`);
  expect(() => createWithClient(client)).toThrow('pass it in an object: { client }');
  if (client instanceof Etcd3) client.close();
});

it.each(['.', '..'])('a namespace %j is refused, because a URL would interpret it as a folder', (namespace) => {
  expect(() => consulStore({ namespace })).toThrow('but not "." or ".."');
  expect(() => redisStore({ client: new Redis({ lazyConnect: true }), namespace })).toThrow('but not "." or ".."');
});

it.each(['...', '.a', 'a.b', 'orders:1'])('a namespace %j is accepted', (namespace) => {
  expect(consulStore({ namespace }).name).toBe('Consul');
});
