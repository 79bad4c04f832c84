import { Module } from '@nestjs/common';
import { RedisIndicator } from 'nest-vitals/redis';
import { createCluster } from 'redis';
import { describeFaults } from '../../support/fault-table.js';
import { redisCluster } from '../../support/servers/redis-cluster.js';

type Cluster = ReturnType<typeof createCluster>;
const CLUSTER = Symbol('cluster');

describeFaults('RedisIndicator with a cluster', {
  server: redisCluster,
  indicator: 'cache',
  application: ({ host, port, url, password }) => {
    const cluster = createCluster({
      rootNodes: [{ url }],
      defaults: { password },
      // The node announces its own port. The client must use the given address, also through a proxy.
      nodeAddressMap: () => ({ host, port }),
    });
    cluster.on('error', () => undefined);

    @Module({ providers: [{ provide: CLUSTER, useFactory: () => cluster.connect() }] })
    class CacheModule {
      onApplicationShutdown = (): void => cluster.destroy();
    }
    return { imports: [CacheModule], providers: [RedisIndicator('cache', { client: CLUSTER })] };
  },
  data: { cluster_nodes: 1, cluster_primaries: 1, cluster_slots: 16_384, cluster_slots_failing: 0 },
  refused: /^connection (?:refused|reset)$|^not connected: the client is connecting$/,
  work: ({ app }) => app.get<Cluster>(CLUSTER).get('anything'),
  waitsForSilence: true,
  emitters: ({ app }) => [app.get<Cluster>(CLUSTER)],
});
