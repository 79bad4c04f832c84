import { Redis } from 'ioredis';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { IoRedisIndicator } from 'nest-vitals/ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { PrivateServer } from '../../support/servers/private-server.js';
import { redis } from '../../support/servers/redis.js';
import { redisReplica } from '../../support/servers/redis-replica.js';
import { redisSentinel } from '../../support/servers/redis-sentinel.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';

const PATIENCE = 120_000;
const SOON = { timeout: 40_000, interval: 50 };

describeWith(redis, 'an IoRedisIndicator', (primary) => {
  let other: PrivateServer;
  afterAll(() => other.stop(), PATIENCE);

  const watch = async (client: Redis, options: object = {}): Promise<TestApplication> => {
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    return startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
      providers: [IoRedisIndicator('cache', { client, ...options })],
    });
  };
  const detailOf = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
    reportIn(await application.get('/health/deep')).details['cache'];
  const becomes = (application: TestApplication, expected: object): Promise<void> =>
    vi.waitFor(async () => expect(await detailOf(application)).toMatchObject(expected), SOON);

  describe('on a replica', () => {
    beforeAll(async () => {
      other = await PrivateServer.start(redisReplica(primary().address()));
    }, PATIENCE);

    it(
      'reports the link to its primary, and is DEGRADED when the primary is silent for too long',
      async () => {
        const application = await watch(new Redis(other.address().url), { role: 'replica', maxPrimarySilence: 15_000 });
        const data = { role: 'replica', primary_link: 'up', primary_silent_seconds: expect.any(Number) };
        await becomes(application, { status: 'UP', data });
        const impatient = await watch(new Redis(other.address().url), { maxPrimarySilence: 1000 });
        await primary().kill();
        await becomes(impatient, {
          status: 'DEGRADED',
          message: expect.stringMatching(
            /^the replica has received nothing from its primary for \d+ s, more than 1 s$/,
          ),
          data: { primary_link: 'down' },
        });
        await primary().restart();
        await becomes(impatient, { status: 'UP', data });
      },
      PATIENCE,
    );
  });

  describe('with sentinels', () => {
    beforeAll(async () => {
      await other.stop();
      other = await PrivateServer.start(redisSentinel(primary().address()));
    }, PATIENCE);

    it(
      'pings the primary that the sentinels report, and is UP again after its restart',
      async () => {
        const { host, port, password } = other.address();
        const client = new Redis({
          sentinels: [{ host, port }],
          name: 'main',
          sentinelPassword: password,
          password: primary().address().password,
        });
        const application = await watch(client, { role: 'primary' });
        await becomes(application, { status: 'UP', data: { role: 'primary' } });
        await primary().kill();
        await becomes(application, { status: 'DOWN' });
        await primary().restart();
        await becomes(application, { status: 'UP' });
        expect((await detailOf(application))?.data).toMatchObject({ role: 'primary', replicas: 0 });
      },
      PATIENCE,
    );
  });
});
