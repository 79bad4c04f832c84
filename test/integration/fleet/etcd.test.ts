import { Etcd3 } from 'etcd3';
import { etcdStore } from 'nest-vitals/stores/etcd';
import { onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { etcd } from '../../support/servers/etcd.js';
import { testFleet } from './behaviours.js';

describeWith(etcd, 'a fleet on etcd', (server) => {
  testFleet({
    server,
    open: () => {
      const client = new Etcd3({ hosts: `127.0.0.1:${server().port}` });
      onTestFinished(() => client.close());
      return etcdStore({ client });
    },
  });
});
