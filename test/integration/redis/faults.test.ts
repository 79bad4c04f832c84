import { Module } from '@nestjs/common';
import { RedisIndicator } from 'nest-vitals/redis';
import { createClient } from 'redis';
import { expect } from 'vitest';
import { describeFaults } from '../../support/fault-table.js';
import { redis } from '../../support/servers/redis.js';

type Client = ReturnType<typeof createClient>;
const CLIENT = Symbol('client');

describeFaults('RedisIndicator', {
  server: redis,
  indicator: 'cache',
  application: ({ url }) => {
    const client = createClient({ url });
    client.on('error', () => undefined);

    @Module({ providers: [{ provide: CLIENT, useFactory: () => client.connect() }] })
    class CacheModule {
      onApplicationShutdown = (): void => client.destroy();
    }
    return { imports: [CacheModule], providers: [RedisIndicator('cache', { client: CLIENT })] };
  },
  data: { role: 'primary', replicas: 0, used_memory_bytes: expect.any(Number) },
  refused: /^connection (?:refused|reset)$|^not connected: the client is connecting$/,
  work: ({ app }) => app.get<Client>(CLIENT).get('anything'),
  waitsForSilence: true,
  emitters: ({ app }) => [app.get<Client>(CLIENT)],
});
