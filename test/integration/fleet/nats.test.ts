import { describeWith } from '../../support/servers/describe-with.js';
import { testFleet } from './behaviours.js';
import { onNats } from './fleet-server.js';
import { testScopedRuns } from './scoped-runs.js';

describeWith(onNats.kind, 'a fleet on NATS', (server) => {
  const subject = { server, connect: (port?: number) => onNats.connect(server(), port) };
  testFleet(subject);
  testScopedRuns(subject);
});
