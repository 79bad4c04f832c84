import { isNightly } from '../../support/nightly.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { type ConnectOptions, onRedis } from './fleet-server.js';
import { testMaxUnready, testPlaces } from './max-unready.js';

describeWith(onRedis.kind, 'the limit of unready instances of a fleet on Redis', (server) => {
  const subject = { server, connect: (options?: ConnectOptions) => onRedis.connect(server(), options) };
  testPlaces(subject);
  // It takes half a minute, because a place is held for five seconds before it is used.
  if (isNightly) testMaxUnready(subject);
});
