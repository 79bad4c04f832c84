import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { HealthModule } from 'nest-vitals';
import { IoRedisIndicator } from 'nest-vitals/ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { redisWith } from '../../support/servers/redis.js';
import { startApplication } from '../../support/start-application.js';

const SOON = { timeout: 30_000, interval: 20 };
const PATIENCE = 120_000;
const KEYS = 1000;

/**
 * Loading takes a second for ten keys, and the server handles its clients meanwhile. It reports its start before that.
 */
const slowToLoad = {
  ...redisWith(() => ['--key-load-delay', '100000', '--loading-process-events-interval-bytes', '1024']),
  ready: /Server initialized|Ready to accept connections/,
};

describeWith(slowToLoad, 'an IoRedisIndicator whose server is loading its data', (server) => {
  it.each([
    ['a client that waits until the server is ready', true],
    ['a client that does not', false],
  ])(
    'is DOWN with that reason, with %s',
    async (_which, enableReadyCheck) => {
      const { url } = server().address();
      const client = new Redis(url, { enableReadyCheck, maxLoadingRetryTime: 100 });
      client.on('error', () => undefined);
      onTestFinished(() => client.disconnect());
      for (let key = 0; key < KEYS; key += 1) await client.set(`key:${key}`, randomBytes(2048));
      await client.save();
      const application = await startApplication('express', {
        imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
        providers: [IoRedisIndicator('cache', { client })],
      });
      const detail = async (): Promise<unknown> => reportIn(await application.get('/health/deep')).details['cache'];

      await server().restart();
      await vi.waitFor(
        async () =>
          expect(await detail()).toMatchObject({
            status: 'DOWN',
            error: 'the server is loading its data',
            code: 'LOADING',
          }),
        SOON,
      );
      const operator = new Redis(url, { enableReadyCheck: false });
      onTestFinished(() => operator.disconnect());
      await operator.config('SET', 'key-load-delay', '0');
      await vi.waitFor(async () => expect(await detail()).toMatchObject({ status: 'UP' }), SOON);
    },
    PATIENCE,
  );
});
