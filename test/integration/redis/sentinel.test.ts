import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { RedisIndicator } from 'nest-vitals/redis';
import { createSentinel } from 'redis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith, useServer } from '../../support/servers/describe-with.js';
import { redis } from '../../support/servers/redis.js';
import { redisSentinel } from '../../support/servers/redis-sentinel.js';
import { startApplication } from '../../support/start-application.js';

const PATIENCE = 120_000;
const SOON = { timeout: 40_000, interval: 50 };

describeWith(redis, 'a RedisIndicator with sentinels', (primary) => {
  const sentinel = useServer(() => redisSentinel(primary().address()));

  it(
    'pings the primary that the sentinels report, and is UP again after its restart',
    async () => {
      const { host, port, password } = sentinel().address();
      // The client writes to the console when it finds no primary.
      vi.spyOn(console, 'log').mockImplementation(() => undefined);
      const client = createSentinel({
        name: 'main',
        sentinelRootNodes: [{ host, port }],
        sentinelClientOptions: { password },
        nodeClientOptions: { password: primary().address().password },
      });
      client.on('error', () => undefined);
      const application = await startApplication('express', {
        imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
        providers: [RedisIndicator('cache', { client, role: 'primary' })],
      });
      const detail = async (): Promise<HealthCheckDetail | undefined> =>
        reportIn(await application.get('/health/deep')).details['cache'];
      expect(await detail()).toMatchObject({ status: 'DOWN', code: 'ENOTCONN' });
      await client.connect();
      onTestFinished(() => client.destroy());
      expect(await detail()).toMatchObject({ status: 'UP', data: { role: 'primary' } });
      await primary().kill();
      await vi.waitFor(async () => expect(await detail()).toMatchObject({ status: 'DOWN' }), SOON);
      await primary().restart();
      await vi.waitFor(async () => expect(await detail()).toMatchObject({ status: 'UP' }), SOON);
    },
    PATIENCE,
  );
});
