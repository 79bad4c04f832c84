import { Redis } from 'ioredis';
import type { HealthStore } from 'nest-vitals/stores/memory';
import { redisStore } from 'nest-vitals/stores/redis';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { redis } from '../../support/servers/redis.js';
import { testStore } from './behaviours.js';

const COMMON = { keepsData: false, shortestLease: 1000, expiryDelay: 0 };

describeWith(redis, 'a Redis store with ioredis', (server) => {
  testStore({ ...COMMON, server, open: (options) => openIoRedis(server(), options), size: 10_000 });
});

describeWith(redis, 'a Redis store with the package redis', (server) => {
  testStore({ ...COMMON, server, open: (options) => openNodeRedis(server(), options) });
});

function openIoRedis(server: PrivateServer, options = {}): Promise<HealthStore> {
  const client = new Redis(server.address().url, { retryStrategy: () => 100, keyPrefix: 'application:' });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  const store = redisStore({ client, ...options });
  return new Promise((resolve) => client.once('ready', () => resolve(store)));
}

async function openNodeRedis(server: PrivateServer, options = {}): Promise<HealthStore> {
  const client = createClient({ url: server.address().url, socket: { reconnectStrategy: 100 } });
  client.on('error', () => undefined);
  onTestFinished(() => client.destroy());
  await client.connect();
  return redisStore({ client, ...options });
}
