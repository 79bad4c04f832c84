import { Module } from '@nestjs/common';
import { Redis } from 'ioredis';
import { IoRedisIndicator } from 'nest-vitals/ioredis';
import { expect } from 'vitest';
import { describeFaults } from '../../support/fault-table.js';
import { redis } from '../../support/servers/redis.js';

describeFaults('IoRedisIndicator', {
  server: redis,
  indicator: 'cache',
  application: ({ url }) => {
    const client = new Redis(url);
    client.on('error', () => undefined);

    @Module({ providers: [{ provide: Redis, useValue: client }] })
    class CacheModule {
      onApplicationShutdown = (): void => client.disconnect();
    }
    return { imports: [CacheModule], providers: [IoRedisIndicator('cache', { client: Redis })] };
  },
  data: { role: 'primary', replicas: 0, used_memory_bytes: expect.any(Number) },
  refused: /^connection (?:refused|reset)$|^not connected: the client is reconnecting$/,
  work: ({ app }) => app.get(Redis).get('anything'),
  waitsForSilence: true,
  emitters: ({ app }) => [app.get(Redis)],
});
