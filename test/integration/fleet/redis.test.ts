import { describeWith } from '../../support/servers/describe-with.js';
import { testFleet } from './behaviours.js';
import { type ConnectOptions, onRedis } from './fleet-server.js';
import { testSlowStore } from './slow-store.js';

describeWith(onRedis.kind, 'a fleet on Redis', (server) => {
  const subject = { server, connect: (options?: ConnectOptions) => onRedis.connect(server(), options) };
  testFleet(subject);
  testSlowStore(subject);
});
