import { Redis, type RedisOptions } from 'ioredis';
import { redisChannel } from 'nest-vitals/publish';
import { createClient, createCluster } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PASSING_REPORT } from '../../support/health-report.js';
import { describeWith } from '../../support/servers/describe-with.js';
import type { ServerAddress } from '../../support/servers/private-server.js';
import { redis } from '../../support/servers/redis.js';
import { testChannel } from './channel-cases.js';

const CHANNEL = 'health:orders';
const { signal } = new AbortController();

function ioredis({ host, port, password }: ServerAddress, options: RedisOptions = {}): Redis {
  const client = new Redis({ host, port, password, retryStrategy: () => 100, ...options });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

async function nodeRedis({ url }: ServerAddress): Promise<ReturnType<typeof createClient>> {
  const client = createClient({ url, socket: { reconnectStrategy: 100 } });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.destroy());
  return client;
}

const subscribe = async (address: ServerAddress, onMessage: (message: string) => void): Promise<void> => {
  const subscriber = ioredis(address);
  subscriber.on('message', (_channel, message) => onMessage(message));
  await subscriber.subscribe(CHANNEL);
};

describeWith(redis, 'a redisChannel', (server) => {
  describe('with ioredis', () => {
    testChannel(server, {
      name: `the channel ${CHANNEL} of Redis`,
      subscribe,
      open: async (address, instance) =>
        // The prefix applies only to keys.
        redisChannel({ client: ioredis(address, { keyPrefix: 'app:' }), channel: CHANNEL, instance }),
    });
  });

  describe('with redis', () => {
    testChannel(server, {
      name: `the channel ${CHANNEL} of Redis`,
      subscribe,
      open: async (address, instance) => redisChannel({ client: await nodeRedis(address), channel: CHANNEL, instance }),
    });
  });

  it('reports a user who may not publish, and a client that subscribes', async () => {
    const address = server().address();
    const admin = ioredis(address);
    await admin.call('acl', 'setuser', 'reader', 'on', '>pass', '+@all', '-publish');
    const reader = ioredis(address, { username: 'reader', password: 'pass' });
    await expect(redisChannel({ client: reader, channel: CHANNEL }).publish(PASSING_REPORT, signal)).rejects.toThrow(
      'the user is not permitted to publish on the channel',
    );
    const subscriber = ioredis(address);
    await subscriber.subscribe('news');
    await expect(
      redisChannel({ client: subscriber, channel: CHANNEL }).publish(PASSING_REPORT, signal),
    ).rejects.toThrow('the client subscribes to channels: pass a client that does not');
    const other = await nodeRedis(address);
    await other.subscribe('news', () => undefined);
    await expect(redisChannel({ client: other, channel: CHANNEL }).publish(PASSING_REPORT, signal)).rejects.toThrow(
      'the client subscribes to channels: pass a client that does not',
    );
  });

  it('connects a lazy ioredis, and rejects at once with a client that is not open', async () => {
    const lazy = ioredis(server().address(), { lazyConnect: true });
    await redisChannel({ client: lazy, channel: CHANNEL }).publish(PASSING_REPORT, signal);
    expect(lazy.status).toBe('ready');
    const { url } = server().address();
    const cluster = createCluster({ rootNodes: [{ url }] });
    for (const client of [createClient({ url }), cluster]) {
      await expect(redisChannel({ client, channel: CHANNEL }).publish(PASSING_REPORT, signal)).rejects.toThrow(
        'not connected: the client is closed',
      );
    }
  });
});
