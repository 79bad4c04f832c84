import { describeWith } from '../../support/servers/describe-with.js';
import { testFleet } from './behaviours.js';
import { onRedis } from './fleet-server.js';
import { testScopedRuns } from './scoped-runs.js';

describeWith(onRedis.kind, 'a fleet on Redis', (server) => {
  const subject = { server, connect: (port?: number) => onRedis.connect(server(), port) };
  testFleet(subject);
  testScopedRuns(subject);
});
