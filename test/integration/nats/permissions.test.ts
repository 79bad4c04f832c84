import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HealthModule } from 'nest-vitals';
import { NatsIndicator } from 'nest-vitals/nats';
import { expect, it, onTestFinished } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { nats } from '../../support/servers/nats.js';
import type { ServerKind } from '../../support/servers/private-server.js';
import { startApplication } from '../../support/start-application.js';
import { GENERATIONS } from './connections.js';

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });

/** The user has no permission for the JetStream API. */
const restricted: ServerKind = {
  ...nats,
  prepare({ folder, port, user, password }) {
    const lines = [
      `listen: "127.0.0.1:${port}"`,
      `jetstream: { store_dir: "${folder}" }`,
      `authorization: { users: [{ user: "${user}", password: "${password}", permissions: { publish: { deny: "$JS.>" } } }] }`,
    ];
    writeFileSync(join(folder, 'nats.conf'), `${lines.join('\n')}\n`);
  },
  command: ({ folder, ...place }) => ({
    ...nats.command({ folder, ...place }),
    args: ['--config', join(folder, 'nats.conf')],
  }),
};

describeWith(restricted, 'a NatsIndicator whose user has no permission for the JetStream API', (server) => {
  it.each(GENERATIONS)('is DEGRADED if it checks a consumer, with %s', async (_generation, connect) => {
    const client = await connect(server().address());
    onTestFinished(() => client.close());
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        NatsIndicator('server', { client }),
        NatsIndicator('consumer', { client, stream: 'orders', consumer: 'worker' }),
      ],
    });
    expect(reportIn(await application.get('/health/deep')).details).toMatchObject({
      server: { status: 'UP' },
      consumer: {
        status: 'DEGRADED',
        message: 'cannot check the consumer: the user is not permitted to request its state',
      },
    });
  });
});
