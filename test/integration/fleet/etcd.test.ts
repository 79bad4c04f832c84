import { describeWith } from '../../support/servers/describe-with.js';
import { testFleet } from './behaviours.js';
import { onEtcd } from './fleet-server.js';
import { testScopedRuns } from './scoped-runs.js';

describeWith(onEtcd.kind, 'a fleet on etcd', (server) => {
  const subject = { server, connect: (port?: number) => onEtcd.connect(server(), port) };
  testFleet(subject);
  testScopedRuns(subject);
});
