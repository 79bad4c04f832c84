import { Module } from '@nestjs/common';
import { RedisIndicator } from 'nest-vitals/redis';
import { createClientPool } from 'redis';
import { expect } from 'vitest';
import { describeFaults } from '../../support/fault-table.js';
import { redis } from '../../support/servers/redis.js';

type Pool = ReturnType<typeof createClientPool>;
const POOL = Symbol('pool');

describeFaults('RedisIndicator with a pool', {
  server: redis,
  indicator: 'cache',
  application: ({ url }) => {
    const pool = createClientPool({ url }, { minimum: 1, maximum: 3 });
    pool.on('error', () => undefined);

    @Module({ providers: [{ provide: POOL, useFactory: () => pool.connect() }] })
    class CacheModule {
      onApplicationShutdown = (): void => pool.destroy();
    }
    return { imports: [CacheModule], providers: [RedisIndicator('cache', { client: POOL })] };
  },
  data: {
    // During a slow restart of the server, the indicator lets the pool connect another client.
    pool_open: expect.any(Number),
    pool_used: expect.any(Number),
    pool_idle: expect.any(Number),
    pool_waiting: 0,
    role: 'primary',
    replicas: 0,
    used_memory_bytes: expect.any(Number),
  },
  refused: /^connection (?:refused|reset)$|^not connected: the client is connecting$/,
  sockets: 3,
  work: ({ app }) => app.get<Pool>(POOL).get('anything'),
  keepsSilentClients: true,
  emitters: ({ app }) => [app.get<Pool>(POOL)],
});
