import { Module } from '@nestjs/common';
import { Client } from 'memjs';
import { MemJsIndicator } from 'nest-vitals/memjs';
import { expect } from 'vitest';
import { describeFaults } from '../../support/fault-table.js';
import { memcachedServer } from '../../support/servers/memcached.js';

describeFaults('MemJsIndicator', {
  server: memcachedServer,
  indicator: 'cache',
  application: ({ host, port }) => {
    const client = Client.create(`${host}:${port}`);

    @Module({ providers: [{ provide: Client, useValue: client }] })
    class CacheModule {
      onApplicationShutdown = (): void => client.close();
    }
    return { imports: [CacheModule], providers: [MemJsIndicator('cache', { client: Client })] };
  },
  data: {
    servers: 1,
    servers_up: 1,
    items: 0,
    used_memory_bytes: 0,
    max_memory_bytes: 64 * 2 ** 20,
    evictions: 0,
    connections: expect.any(Number),
  },
  replacesConnections: true,
  work: ({ app }) => app.get(Client).get('anything'),
});
