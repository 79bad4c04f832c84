import { ClientRedis } from '@nestjs/microservices';
import { Redis } from 'ioredis';
import { HealthModule } from 'nest-vitals';
import { MicroserviceIndicator } from 'nest-vitals/microservices';
import { expect, it, onTestFinished } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { redis } from '../../support/servers/redis.js';
import { startApplication } from '../../support/start-application.js';

describeWith(redis, 'a MicroserviceIndicator over Redis', (server) => {
  it('is UP for a user who may publish and subscribe but not ping', async () => {
    const { host, port, url } = server().address();
    const admin = new Redis(url);
    onTestFinished(() => admin.disconnect());
    await admin.call('ACL', 'SETUSER', 'worker', 'on', '>worker', '~*', '&*', '-@all', '+@pubsub', '+info');
    const client = new ClientRedis({ host, port, username: 'worker', password: 'worker' });
    onTestFinished(async () => {
      await client.close();
    });
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } })],
      providers: [MicroserviceIndicator('service', { client })],
    });
    expect(reportIn(await application.get('/health/deep')).details['service']).toMatchObject({
      status: 'UP',
      data: { note: 'PING is not permitted' },
    });
  });
});
