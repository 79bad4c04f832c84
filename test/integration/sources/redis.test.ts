import { Redis } from 'ioredis';
import type { HealthStore } from 'nest-vitals/stores/memory';
import { redisStore } from 'nest-vitals/stores/redis';
import { onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { redis } from '../../support/servers/redis.js';
import { testSource } from './behaviours.js';

describeWith(redis, 'a source in Redis', (server) => {
  testSource({
    name: 'Redis',
    server,
    keepsData: false,
    testsAll: true,
    open: (port): Promise<HealthStore> => {
      const client = new Redis(server().address(port).url, { retryStrategy: () => 100 });
      client.on('error', () => undefined);
      onTestFinished(() => client.disconnect());
      return new Promise((resolve) => client.once('ready', () => resolve(redisStore({ client }))));
    },
  });
});
