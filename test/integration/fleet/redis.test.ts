import { Redis } from 'ioredis';
import { redisStore } from 'nest-vitals/stores/redis';
import { onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { redis } from '../../support/servers/redis.js';
import { testFleet } from './behaviours.js';

describeWith(redis, 'a fleet on Redis', (server) => {
  testFleet({
    server,
    open: () => {
      const client = new Redis(server().address().url, { retryStrategy: () => 100 });
      client.on('error', () => undefined);
      onTestFinished(() => client.disconnect());
      return redisStore({ client });
    },
  });
});
