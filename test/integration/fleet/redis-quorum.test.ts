import { describeWith } from '../../support/servers/describe-with.js';
import { type ConnectOptions, onRedis } from './fleet-server.js';
import { testQuorum } from './quorum.js';

// In a separate file, because the test waits for about half a minute, and files run at the same time.
describeWith(onRedis.kind, 'a quorum of a fleet on Redis', (server) => {
  testQuorum({ server, connect: (options?: ConnectOptions) => onRedis.connect(server(), options) });
});
