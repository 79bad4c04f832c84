import { Etcd3 } from 'etcd3';
import { EtcdIndicator } from 'nest-vitals/etcd';
import { expect } from 'vitest';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { etcd } from '../../support/servers/etcd.js';

describeFaults('EtcdIndicator', {
  server: etcd,
  indicator: 'configuration',
  application: ({ host, port }) => {
    const client = new Etcd3({ hosts: `${host}:${port}` });
    const configuration = moduleNamed('ConfigurationModule', {
      providers: [
        { provide: Etcd3, useValue: client },
        { provide: 'LIFECYCLE', useValue: { onApplicationShutdown: () => client.close() } },
      ],
    });
    return { imports: [configuration], providers: [EtcdIndicator('configuration', { client: Etcd3 })] };
  },
  data: {
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    is_leader: true,
    db_size_bytes: expect.any(Number),
    db_in_use_bytes: expect.any(Number),
  },
  // A `grpc-js` client connects once more if it was closed during a reconnect pause, which happened to one client
  // earlier.
  sockets: 2,
  waitsForSilence: true,
  work: ({ app }) => app.get(Etcd3).get('key').string(),
});
