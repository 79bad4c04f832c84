import { Module } from '@nestjs/common';
import { Cluster } from 'ioredis';
import { IoRedisIndicator } from 'nest-vitals/ioredis';
import { describeFaults } from '../../support/fault-table.js';
import { redisCluster } from '../../support/servers/redis-cluster.js';

describeFaults('IoRedisIndicator with a cluster', {
  server: redisCluster,
  indicator: 'cache',
  application: ({ host, port, password }) => {
    const client = new Cluster([{ host, port }], {
      redisOptions: { password },
      // The node announces its own port. The client must use the given address, also through a proxy.
      natMap: () => ({ host, port }),
    });
    client.on('error', () => undefined);

    @Module({ providers: [{ provide: Cluster, useValue: client }] })
    class CacheModule {
      onApplicationShutdown = (): void => client.disconnect();
    }
    return { imports: [CacheModule], providers: [IoRedisIndicator('cache', { client: Cluster })] };
  },
  data: { cluster_nodes: 1, cluster_primaries: 1, cluster_slots: 16_384, cluster_slots_failing: 0 },
  refused: /^connection (?:refused|reset)$|^not connected: the client is (?:reconnecting|without a primary)$/,
  // The client has a second connection for subscriptions, and requests the slots over a third one.
  sockets: 3,
  work: ({ app }) => app.get(Cluster).get('anything'),
  emitters: ({ app }) => [app.get(Cluster)],
});
