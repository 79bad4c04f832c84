import { describeWith } from '../../support/servers/describe-with.js';
import { type ConnectOptions, onRedis } from './fleet-server.js';
import { testLocalFault, testScopedRuns } from './scoped-runs.js';

// In a separate file, because the test waits for about half a minute, and files run at the same time.
describeWith(onRedis.kind, 'shared runs of a fleet on Redis', (server) => {
  const subject = { server, connect: (options?: ConnectOptions) => onRedis.connect(server(), options) };
  testLocalFault(subject);
  testScopedRuns(subject);
});
