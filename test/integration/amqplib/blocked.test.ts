import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
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

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });

/** The broker exceeds its memory limit from the start, so it blocks every connection that publishes. */
const withoutMemory: ServerKind = {
  ...rabbitmq,
  async prepare(place, run) {
    await rabbitmq.prepare?.(place, run);
    appendFileSync(join(place.folder, 'rabbitmq.conf'), 'vm_memory_high_watermark.absolute = 1MB\n');
  },
};

describeWith(withoutMemory, 'an AmqplibIndicator of a broker that accepts no messages', (server) => {
  it('is DEGRADED, or DOWN with blocked: down, after the connection has published', async () => {
    const connection = await connect(server().address().url);
    onTestFinished(() => connection.close());
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        AmqplibIndicator('broker', { client: connection }),
        AmqplibIndicator('strict', { client: connection, blocked: 'down' }),
      ],
    });
    const before = reportIn(await application.get('/health/deep')).details;
    expect(before).toMatchObject({ broker: { status: 'UP' }, strict: { status: 'UP' } });

    const blocked = once(connection, 'blocked');
    const channel = await connection.createChannel();
    channel.publish('amq.direct', 'nowhere', Buffer.from('a message'));
    await blocked;
    const after = reportIn(await application.get('/health/deep')).details;
    const words = 'the broker blocks the connection: low on memory';
    expect(after).toMatchObject({
      broker: { status: 'DEGRADED', message: words },
      strict: { status: 'DOWN' },
    });
    expect(JSON.stringify(after['strict'])).toContain(words);

    await application.app.close();
    // This application started after the broker had blocked the connection.
    const late = await startApplication('express', {
      imports: [health],
      providers: [AmqplibIndicator('late', { client: connection })],
    });
    expect(reportIn(await late.get('/health/deep')).details).toMatchObject({
      late: { status: 'DEGRADED', message: 'the broker blocks the connection' },
    });
  });
});
