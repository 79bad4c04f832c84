import { isNightly } from '../../support/nightly.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { testFleet } from './behaviours.js';
import { type ConnectOptions, onEtcd } from './fleet-server.js';
import { testMaxUnready, testPlaces } from './max-unready.js';
import { testQuorum } from './quorum.js';
import { testLocalFault, testScopedRuns } from './scoped-runs.js';
import { testSlowStore } from './slow-store.js';

describeWith(onEtcd.kind, 'a fleet on etcd', (server) => {
  const subject = { server, connect: (options?: ConnectOptions) => onEtcd.connect(server(), options) };
  testFleet(subject);
  testSlowStore(subject);
  // Each of these tests takes a minute. Every run executes them on Redis.
  if (!isNightly) return;
  testQuorum(subject);
  testScopedRuns(subject);
  testLocalFault(subject);
  testPlaces(subject);
  testMaxUnready(subject);
});
