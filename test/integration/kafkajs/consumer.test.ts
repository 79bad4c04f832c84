import { Controller } from '@nestjs/common';
import { EventPattern, type KafkaOptions, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import type { INestMicroservice } from '@nestjs/common';
import { type Consumer, type ConsumerConfig, Kafka, Partitioners, logLevel } from 'kafkajs';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { KafkaJsConsumerIndicator, type KafkaJsConsumerIndicatorOptions, KafkaJsIndicator } from 'nest-vitals/kafkajs';
import { MicroserviceServerIndicator } from 'nest-vitals/microservices';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { kafka, toPort } from '../../support/servers/kafka.js';
import {
  type TestApplication,
  createApplication,
  refusalOf,
  startApplication,
} from '../../support/start-application.js';

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });
const SOON = { timeout: 40_000, interval: 20 };

const start = (options: KafkaJsConsumerIndicatorOptions): Promise<TestApplication> =>
  startApplication('express', { imports: [health], providers: [KafkaJsConsumerIndicator('orders', options)] });

const detailsIn = async (application: TestApplication): Promise<Record<string, HealthCheckDetail>> =>
  reportIn(await application.get('/health/deep')).details;

const becomes = (application: TestApplication, expected: object, name = 'orders'): Promise<void> =>
  vi.waitFor(async () => expect((await detailsIn(application))[name]).toMatchObject(expected), SOON);

/**
 * The interval of heartbeats is short. The mock broker waits three seconds for the first members of a group, and
 * rebalances in the session timeout less one second.
 */
const QUICK = { heartbeatInterval: 50, maxWaitTimeInMs: 50, sessionTimeout: 4000 };
const PATIENCE = 120_000;

class OrdersController {
  received(): void {
    // A handler subscribes the server to its topic.
  }
}
EventPattern('incoming')(
  OrdersController.prototype,
  'received',
  Object.getOwnPropertyDescriptor(OrdersController.prototype, 'received') as PropertyDescriptor,
);
Controller()(OrdersController);

/** The object that the application provides. It gets the server after the application was created. */
class OrdersServer {
  server: INestMicroservice | undefined = undefined;
}

describeWith(kafka, 'a KafkaJsConsumerIndicator', (server) => {
  const open = (): Kafka => {
    const { host, port } = server().address();
    return new Kafka({ brokers: [`${host}:${port}`], socketFactory: toPort(port), logLevel: logLevel.NOTHING });
  };
  const consume = async (
    client: Kafka,
    config: ConsumerConfig,
    eachMessage = async (): Promise<void> => undefined,
    topic: string = config.groupId,
  ): Promise<Consumer> => {
    const consumer = client.consumer({ ...QUICK, ...config });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachMessage });
    onTestFinished(() => consumer.disconnect());
    return consumer;
  };

  it(
    'follows the state of the consumer, and its share of the partitions',
    async () => {
      const client = open();
      const consumer = await consume(client, { groupId: 'shared' });
      const application = await start({ consumer });
      // The consumer joined before the application started. The next heartbeat reports this.
      await becomes(application, { status: 'UP', data: { consumer_state: 'joined' } });

      expect((await application.get('/health/ready')).status).toBe(200);
      const other = await consume(client, { groupId: 'shared' });
      await becomes(application, { status: 'UP', data: { consumer_state: 'joined', assigned_partitions: 2 } });
      await other.disconnect();
      await becomes(application, { status: 'UP', data: { assigned_partitions: 4 } });

      await consumer.stop();
      await becomes(application, { status: 'DOWN', error: 'the consumer is stopped' });
      await consumer.disconnect();
      await becomes(application, { status: 'DOWN', error: 'the consumer is disconnected' });
    },
    PATIENCE,
  );

  it(
    'is DOWN without a heartbeat for longer than maxHeartbeatAge, and UP after the next one',
    async () => {
      const consumer = await consume(open(), { groupId: 'frozen' });
      const application = await start({ consumer, maxHeartbeatAge: '2s' });
      await becomes(application, { status: 'UP' });
      server().freeze();
      onTestFinished(() => server().thaw());
      await becomes(application, {
        status: 'DOWN',
        error: expect.stringMatching(/^the last heartbeat of the consumer was \d+ s ago, more than 2 s$/),
        data: { consumer_state: 'joined' },
      });
      server().thaw();
      await becomes(application, { status: 'UP' });
    },
    PATIENCE,
  );

  it.each([
    ['starts again', true, 'the consumer has crashed, and starts again'],
    ['does not start again', false, 'the consumer has crashed'],
  ])(
    'is DOWN when the consumer has crashed and %s',
    async (_what, restarts, error) => {
      const client = open();
      const groupId = `crashed-${restarts}`;
      const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic: groupId, messages: [{ value: 'an order' }] });
      await producer.disconnect();
      const consumer = client.consumer({
        ...QUICK,
        groupId,
        // Long enough to observe the state before the next start.
        retry: { retries: 0, initialRetryTime: 30_000, restartOnFailure: () => Promise.resolve(restarts) },
      });
      const application = await start({ consumer });
      expect((await detailsIn(application))['orders']).toMatchObject({
        status: 'DOWN',
        error: 'the consumer has not joined its group',
      });
      await consumer.connect();
      onTestFinished(() => consumer.disconnect());
      await consumer.subscribe({ topics: [groupId], fromBeginning: true });
      await consumer.run({ eachMessage: () => Promise.reject(new Error('a secret of the order')) });
      await becomes(application, {
        status: 'DOWN',
        error,
        code: 'CONSUMER_CRASHED',
        data: { consumer_state: 'crashed' },
      });
      expect((await application.get('/health/deep')).text).not.toContain('a secret of the order');
    },
    PATIENCE,
  );

  it(
    'follows the server of a hybrid application through a rebalance',
    async () => {
      const { host, port } = server().address();
      const application = await createApplication('express', {
        imports: [health],
        controllers: [OrdersController],
        providers: [
          OrdersServer,
          KafkaJsIndicator('kafka', { client: OrdersServer }),
          KafkaJsConsumerIndicator('orders', { consumer: OrdersServer }),
          MicroserviceServerIndicator('server', { holder: OrdersServer }),
        ],
      });
      const options: KafkaOptions = {
        transport: Transport.KAFKA,
        options: {
          client: { brokers: [`${host}:${port}`], socketFactory: toPort(port), logLevel: logLevel.NOTHING },
          consumer: { ...QUICK, groupId: 'hybrid' },
          producer: { createPartitioner: Partitioners.DefaultPartitioner },
        },
      };
      application.app.get(OrdersServer).server = application.app.connectMicroservice<MicroserviceOptions>(options);
      await application.listen();
      expect(await detailsIn(application)).toMatchObject({
        kafka: { status: 'DOWN', error: 'not connected: the client is not started' },
        orders: { status: 'DOWN', error: 'there is no consumer yet' },
      });
      await application.app.startAllMicroservices();
      await becomes(application, { status: 'UP', data: { brokers: 1 } }, 'kafka');
      await becomes(application, { status: 'UP', data: { consumer_state: 'joined' } });

      await consume(open(), { groupId: 'hybrid-server' }, undefined, 'incoming');
      await becomes(application, { status: 'UP', data: { assigned_partitions: 2 } });
      await becomes(application, { status: 'UP' }, 'server');
    },
    PATIENCE,
  );
});

describe('a KafkaJsConsumerIndicator', () => {
  const events = {
    GROUP_JOIN: 'consumer.group_join',
    HEARTBEAT: 'consumer.heartbeat',
    REBALANCING: 'consumer.rebalancing',
    STOP: 'consumer.stop',
    DISCONNECT: 'consumer.disconnect',
    CRASH: 'consumer.crash',
  };

  it('is DEGRADED while the group rebalances, and removes its listeners at the end', async () => {
    const listeners = new Map<string, (event: { readonly payload: unknown }) => void>();
    const consumer = {
      events,
      subscribe: vi.fn<() => void>(),
      run: vi.fn<() => void>(),
      on: (event: string, listener: (event: { readonly payload: unknown }) => void) => {
        listeners.set(event, listener);
        return () => void listeners.delete(event);
      },
    };
    const holder: { consumer: typeof consumer | null } = { consumer: null };
    const application = await start({ consumer: holder });
    expect((await detailsIn(application))['orders']).toMatchObject({ error: 'there is no consumer yet' });
    holder.consumer = consumer;
    expect((await detailsIn(application))['orders']).toMatchObject({ error: 'the consumer has not joined its group' });
    listeners.get(events.GROUP_JOIN)?.({ payload: { memberAssignment: { orders: [0, 1], bills: [0] } } });
    expect((await detailsIn(application))['orders']).toMatchObject({ status: 'UP', data: { assigned_partitions: 3 } });
    listeners.get(events.REBALANCING)?.({ payload: {} });
    expect((await detailsIn(application))['orders']).toMatchObject({
      status: 'DEGRADED',
      message: 'the group is rebalancing',
      data: { consumer_state: 'rebalancing' },
    });
    expect(listeners.size).toBe(6);
    await application.app.close();
    expect(listeners.size).toBe(0);
  });

  it.each([
    ['without a consumer', {} as KafkaJsConsumerIndicatorOptions, 'it is missing'],
    [
      'with something else',
      { consumer: { consumer: 'orders' } } as unknown as KafkaJsConsumerIndicatorOptions,
      'instead of a Consumer of kafkajs',
    ],
  ])('stops the boot %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [KafkaJsConsumerIndicator('orders', options)],
    });
    expect(String(error)).toContain('KafkaJsConsumerIndicator("orders")');
    expect(String(error)).toContain(problem);
  });
});
