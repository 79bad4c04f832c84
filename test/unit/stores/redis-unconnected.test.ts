import { Cluster, Redis } from 'ioredis';
import { redisStore } from 'nest-vitals/stores/redis';
import { expect, it, onTestFinished } from 'vitest';

it.each([
  ['a server', (): Redis => new Redis({ lazyConnect: true, port: 1, retryStrategy: () => null })],
  ['a cluster', (): Cluster => new Cluster([{ port: 1 }], { lazyConnect: true, clusterRetryStrategy: () => null })],
])('a client of ioredis for %s is unconnected until connect() is called', async (_, open) => {
  const client = open();
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  const store = redisStore({ client });
  expect(store.isUnconnected).toBe(true);
  const connected = client.connect();
  expect(store.isUnconnected).toBe(false);
  await expect(connected).rejects.toThrow(/closed|startup nodes/i);
});
