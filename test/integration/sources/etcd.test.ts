import { Etcd3 } from 'etcd3';
import { etcdStore } from 'nest-vitals/stores/etcd';
import { onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { etcd } from '../../support/servers/etcd.js';
import { testSource } from './behaviours.js';

function clientOf(port: number): Etcd3 {
  const client = new Etcd3({ hosts: `127.0.0.1:${port}` });
  onTestFinished(() => client.close());
  return client;
}

describeWith(etcd, 'a source in etcd', (server) => {
  testSource({
    name: 'etcd',
    server,
    open: (port) => etcdStore({ client: clientOf(port) }),
    keepsData: true,
    compact: async () => {
      const client = clientOf(server().port);
      const { header } = await client.kv.range({ key: Buffer.from('x') });
      await client.kv.compact({ revision: header.revision, physical: true });
    },
  });
});
