import type { ModuleMetadata } from '@nestjs/common';
import { AckPolicy, connect as connectNats } from 'nats';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { NatsIndicator, type NatsIndicatorOptions } from 'nest-vitals/nats';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { type Latch, latch } from '../../support/latch.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { nats } from '../../support/servers/nats.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';
import { GENERATIONS, type TestConnection } from './connections.js';

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });

const SOON = { timeout: 20_000, interval: 20 };

const root = (options: NatsIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [NatsIndicator('messages', options)],
});

const start = (options: NatsIndicatorOptions): Promise<TestApplication> => startApplication('express', root(options));

const messagesIn = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['messages'];

describeWith(nats, 'the client of a NatsIndicator', (server) => {
  describe.each(GENERATIONS)('of the package %s', (_generation, connect) => {
    const open = async (): Promise<TestConnection> => {
      const connection = await connect(server().address());
      onTestFinished(async () => {
        server().thaw();
        await connection.close();
      });
      return connection;
    };

    /** The system needs some time to stop a process. */
    const becomesFrozen = async (application: TestApplication): Promise<void> => {
      server().freeze();
      await vi.waitFor(
        async () => expect(await messagesIn(application)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' }),
        SOON,
      );
    };

    it('is DOWN while it drains, and after it was closed', async () => {
      const connection = await open();
      const application = await start({ client: connection, timeout: 200 });
      expect(await messagesIn(application)).toMatchObject({ status: 'UP', data: { server: expect.any(String) } });
      await becomesFrozen(application);
      const drained = connection.drain();
      expect(await messagesIn(application)).toMatchObject({
        status: 'DOWN',
        error: 'the connection is draining',
        code: 'EDRAINING',
      });
      server().thaw();
      await drained;
      expect(await messagesIn(application)).toMatchObject({
        status: 'DOWN',
        error: 'not connected: the client is closed',
        code: 'ENOTCONN',
      });
    });

    it('is DOWN at once when the client is closed during a ping', async () => {
      const connection = await connect(server().address(), { reconnect: false });
      onTestFinished(() => server().thaw());
      const application = await start({ client: connection, timeout: 100 });
      await becomesFrozen(application);
      await connection.close();
      expect(await messagesIn(application)).toMatchObject({
        status: 'DOWN',
        error: 'not connected: the client is closed',
      });
    });

    it('is DOWN when a consumer is checked and the server has no JetStream', async () => {
      const application = await start({ client: await open(), stream: 'orders', consumer: 'worker' });
      expect(await messagesIn(application)).toMatchObject({
        status: 'DOWN',
        error: 'JetStream is not available',
        code: 'JS_UNAVAILABLE',
      });
    });

    it('has one ping in progress at a time, and one request for each consumer', async () => {
      const connection = await open();
      const pings: Latch<number>[] = [];
      connection.rtt = () => {
        const ping = latch<number>();
        pings.push(ping);
        return ping.promise;
      };
      const application = await startApplication('express', {
        imports: [health],
        providers: ['one', 'two', 'three'].map((name) => NatsIndicator(name, { client: connection })),
      });
      const probe = application.get('/health/ready');
      await vi.waitFor(() => expect(pings).toHaveLength(1), SOON);
      pings[0]?.open(1);
      expect((await probe).status).toBe(200);
      expect(pings).toHaveLength(1);
    });
  });
});

describeWith(
  { ...nats, command: (place) => ({ ...nats.command(place), args: [...nats.command(place).args, '--jetstream'] }) },
  'a consumer of a NatsIndicator',
  (server) => {
    it.each(GENERATIONS)('reports the backlog of a consumer, with %s', async (_generation, connect) => {
      const connection = await connect(server().address());
      onTestFinished(() => connection.close());
      const { port, user, password } = server().address();
      const own = await connectNats({ servers: `127.0.0.1:${port}`, user, pass: password });
      onTestFinished(() => own.close());
      const manager = await own.jetstreamManager();
      await manager.streams.add({ name: 'orders', subjects: ['orders.*'] });
      onTestFinished(async () => {
        await manager.streams.delete('orders');
      });
      const application = await start({ client: connection, stream: 'orders', consumer: 'worker', maxPending: 2 });
      expect(await messagesIn(application)).toMatchObject({
        status: 'DOWN',
        error: 'the consumer "worker" does not exist',
        code: 'JS_10014',
      });

      await manager.consumers.add('orders', { durable_name: 'worker', ack_policy: AckPolicy.Explicit });
      for (let sent = 0; sent < 3; sent += 1) await own.jetstream().publish('orders.new');
      expect(await messagesIn(application)).toMatchObject({
        status: 'DEGRADED',
        message: '3 messages wait for the consumer, more than 2',
        data: { server: expect.any(String), consumer_pending: 3, consumer_unacknowledged: 0, consumer_redelivered: 0 },
      });

      await own
        .jetstream()
        .consumers.get('orders', 'worker')
        .then((consumer) => consumer.next());
      expect(await messagesIn(application)).toMatchObject({
        status: 'UP',
        data: { consumer_pending: 2, consumer_unacknowledged: 1, consumer_redelivered: 0 },
      });

      const elsewhere = await start({ client: connection, stream: 'invoices', consumer: 'worker' });
      expect(await messagesIn(elsewhere)).toMatchObject({
        status: 'DOWN',
        error: 'the stream "invoices" does not exist',
        code: 'JS_10059',
      });
    });
  },
);

describe('a NatsIndicator', () => {
  const client = {
    rtt: () => Promise.resolve(1),
    isClosed: () => false,
    isDraining: () => false,
    request: () => Promise.resolve({ data: new Uint8Array() }),
  };

  it.each([
    ['without a client', {} as NatsIndicatorOptions, 'it is missing'],
    [
      'with a client of another kind',
      { client: { rtt: 1 } } as unknown as NatsIndicatorOptions,
      'instead of a connection of @nats-io/transport-node or nats',
    ],
    ['with a stream alone', { client, stream: 'orders' }, 'stream and consumer must be set together'],
    ['with a consumer alone', { client, consumer: 'worker' }, 'stream and consumer must be set together'],
    ['with a limit, and no consumer', { client, maxPending: 1 }, 'maxPending needs a consumer'],
    [
      'with a stream that would be another subject',
      { client, stream: 'orders.>', consumer: 'worker' },
      'use a name without blanks',
    ],
  ])('stops the boot %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('NatsIndicator("messages")');
    expect(String(error)).toContain(problem);
  });
});
