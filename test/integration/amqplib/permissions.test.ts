import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { HealthModule } from 'nest-vitals';
import { AmqplibIndicator } from 'nest-vitals/amqplib';
import { expect, it, onTestFinished } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import type { ServerKind } from '../../support/servers/private-server.js';
import { rabbitmq } from '../../support/servers/rabbitmq.js';
import { startApplication } from '../../support/start-application.js';

const QUEUE = 'orders';

/** The user has no permission for any queue or exchange. */
const restricted: ServerKind = {
  ...rabbitmq,
  async prepare(place, run) {
    await rabbitmq.prepare?.(place, run);
    const { folder, user, password } = place;
    const definitions = join(folder, 'definitions.json');
    const none = '^$';
    writeFileSync(
      definitions,
      JSON.stringify({
        vhosts: [{ name: '/' }],
        users: [{ name: user, password, tags: '' }],
        permissions: [{ user, vhost: '/', configure: none, write: none, read: none }],
        queues: [{ name: QUEUE, vhost: '/', durable: true, auto_delete: false, arguments: {} }],
      }),
      { mode: 0o644 },
    );
    appendFileSync(join(folder, 'rabbitmq.conf'), `load_definitions = ${definitions}\n`);
  },
};

describeWith(restricted, 'an AmqplibIndicator whose user has no permissions', (server) => {
  it('is not DOWN, with or without a queue', async () => {
    const client = await connect(server().address().url);
    client.on('error', () => undefined);
    onTestFinished(() => client.close());
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } })],
      providers: [AmqplibIndicator('broker', { client }), AmqplibIndicator('queue', { client, queue: QUEUE })],
    });
    const { details } = reportIn(await application.get('/health/deep'));
    expect(details['broker']).toMatchObject({ status: 'UP' });
    expect(details['queue']).toMatchObject({ status: 'UP', data: { queue_messages: 0 } });
  });
});
