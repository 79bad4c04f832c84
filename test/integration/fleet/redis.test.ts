import { Redis } from 'ioredis';
import { HealthModule, up } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { redisStore } from 'nest-vitals/stores/redis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { startApplication } from '../../support/start-application.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { testFleet } from './behaviours.js';
import { type ConnectOptions, onRedis } from './fleet-server.js';
import { testSlowStore } from './slow-store.js';

describeWith(onRedis.kind, 'a fleet on Redis', (server) => {
  const subject = { server, connect: (options?: ConnectOptions) => onRedis.connect(server(), options) };
  testFleet(subject);
  testSlowStore(subject);

  it.each(['instance', 'fleet'] as const)(
    'leaves a client with lazyConnect to a hook of the application (scope %s)',
    async (scope) => {
      const client = new Redis(server().address().url, { lazyConnect: true });
      onTestFinished(() => client.disconnect());
      const hook = { onModuleInit: () => client.connect() };
      const application = await startApplication('express', {
        imports: [
          HealthModule.forRoot({ service: { name: 'orders', environment: 'test' } }),
          HealthFleetModule.forRoot({ store: redisStore({ client }), instance: 'one' }),
        ],
        providers: [FakeIndicator('rates', () => up(), { scope }), { provide: 'hook', useValue: hook }],
      });
      await vi.waitFor(async () => {
        expect((await application.get('/health/fleet')).body).toMatchObject({ store: { connected: true } });
      }, 5000);
    },
  );
});
