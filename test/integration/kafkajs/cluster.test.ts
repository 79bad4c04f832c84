import { type Admin, Kafka, type KafkaConfig, Partitioners, logLevel } from 'kafkajs';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { type KafkaAdmin, KafkaJsIndicator, type KafkaJsIndicatorOptions } from 'nest-vitals/kafkajs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { kafka, toPort } from '../../support/servers/kafka.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });
const SOON = { timeout: 40_000, interval: 20 };

const start = (options: KafkaJsIndicatorOptions): Promise<TestApplication> =>
  startApplication('express', { imports: [health], providers: [KafkaJsIndicator('kafka', options)] });

const kafkaIn = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['kafka'];

describeWith(kafka, 'a KafkaJsIndicator', (server) => {
  const open = (retry?: KafkaConfig['retry']): Kafka => {
    const { host, port } = server().address();
    return new Kafka({
      brokers: [`${host}:${port}`],
      socketFactory: toPort(port),
      logLevel: logLevel.NOTHING,
      ...(retry && { retry }),
    });
  };

  it('reports the lag of a consumer group', async () => {
    const client = open();
    const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    const send = (count: number): Promise<unknown> =>
      producer.send({
        topic: 'orders',
        messages: Array.from({ length: count }, (_none, key) => ({ key: `${key}`, value: 'an order' })),
      });
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    await send(5);
    const application = await start({ client, groupId: 'workers', topics: ['orders'], maxLag: 2 });
    // Without a committed offset, the group may begin with the next message.
    expect(await kafkaIn(application)).toMatchObject({
      status: 'UP',
      data: { brokers: 1, controller: 0, lag_messages: 0, uncommitted_partitions: 4 },
    });

    const consumer = client.consumer({ groupId: 'workers' });
    let consumed = 0;
    await consumer.connect();
    await consumer.subscribe({ topics: ['orders'], fromBeginning: true });
    await consumer.run({ eachMessage: async () => void (consumed += 1) });
    await vi.waitFor(() => expect(consumed).toBe(5), SOON);
    await consumer.disconnect();
    const partitions = (await client.admin().fetchOffsets({ groupId: 'workers', topics: ['orders'] }))[0]?.partitions;
    const uncommitted = partitions?.filter(({ offset }) => offset === '-1').length;
    expect(await kafkaIn(application)).toMatchObject({
      status: 'UP',
      data: { lag_messages: 0, uncommitted_partitions: uncommitted },
    });

    // The same keys go to the same partitions.
    await send(5);
    expect(await kafkaIn(application)).toMatchObject({
      status: 'DEGRADED',
      message: '5 messages wait for the group, more than 2',
      data: { lag_messages: 5 },
    });
  });

  it('is DOWN with the reason at once when the client does not retry', async () => {
    const application = await start({ client: open({ retries: 0 }) });
    expect(await kafkaIn(application)).toMatchObject({ status: 'UP' });
    await server().kill();
    onTestFinished(() => server().restart());
    await vi.waitFor(
      async () => expect(await kafkaIn(application)).toMatchObject({ status: 'DOWN', error: 'connection refused' }),
      SOON,
    );
  });

  it.each<[string, (client: Kafka) => Kafka | Admin]>([
    ['a Kafka', (client) => client],
    ['an Admin that the application disconnects', (client) => client.admin()],
  ])('leaves no connection open when the application stops while %s retries', async (_what, pass) => {
    const client = open({ retries: 50, initialRetryTime: 50, maxRetryTime: 50 });
    const create = client.admin.bind(client);
    const calls: Promise<unknown>[] = [];
    let admin: Admin | undefined;
    client.admin = () => {
      const created = (admin = create());
      const describeCluster = created.describeCluster.bind(created);
      created.describeCluster = () => {
        const call = describeCluster();
        calls.push(call.catch(() => undefined));
        return call;
      };
      return created;
    };
    const passed = pass(client);
    const application = await start({ client: passed, timeout: 200 });
    expect(await kafkaIn(application)).toMatchObject({ status: 'UP' });
    expect(openSockets(server().port)).toBeGreaterThan(0);
    await server().kill();
    await vi.waitFor(async () => expect(await kafkaIn(application)).toMatchObject({ code: 'ETIMEDOUT' }), SOON);
    await application.app.close();
    if (passed === admin) await admin.disconnect();
    await server().restart();
    // The call in progress connects to the server again.
    await Promise.all(calls);
    await vi.waitFor(() => expect(openSockets(server().port)).toBe(0), SOON);
  });

  it('shares one admin client among all indicators with one Kafka', async () => {
    const client = open();
    const admin = vi.spyOn(client, 'admin');
    const application = await startApplication('express', {
      imports: [health],
      providers: ['one', 'two', 'three'].map((name) => KafkaJsIndicator(name, { client })),
    });
    expect((await application.get('/health/ready')).status).toBe(200);
    expect(admin).toHaveBeenCalledTimes(1);
    await application.app.close();
    await vi.waitFor(() => expect(openSockets(server().port)).toBe(0), SOON);
  });
});

describe('a KafkaJsIndicator', () => {
  const admin = (failure?: object): KafkaAdmin => ({
    describeCluster: () => Promise.resolve({ brokers: [{}, {}], controller: null }),
    fetchOffsets: () => Promise.reject(Object.assign(new Error('no'), failure)),
    fetchTopicOffsets: () => Promise.resolve([]),
    disconnect: () => Promise.resolve(),
    events: { CONNECT: 'admin.connect', DISCONNECT: 'admin.disconnect' },
    on: () => () => undefined,
  });
  const group = { groupId: 'workers', topics: ['orders'] };

  it('is DEGRADED with fewer brokers than minBrokers, and without a controller', async () => {
    expect(await kafkaIn(await start({ client: admin(), minBrokers: 3 }))).toMatchObject({
      status: 'DEGRADED',
      message: 'the cluster has 2 brokers, fewer than 3; the cluster has no controller',
      data: { brokers: 2 },
    });
  });

  it.each([
    ['UNKNOWN_TOPIC_OR_PARTITION', { status: 'DOWN', error: 'one of the topics does not exist' }],
    ['NOT_COORDINATOR_FOR_GROUP', { status: 'DOWN', error: 'the broker refused the request' }],
    ['SASL_AUTHENTICATION_FAILED', { status: 'DOWN', error: 'the broker refused the credentials' }],
    [
      'GROUP_AUTHORIZATION_FAILED',
      { status: 'DEGRADED', message: 'cannot read the lag: the user is not permitted to describe the group' },
    ],
  ])('reports the response %s of a broker', async (type, expected) => {
    // Like kafkajs after its retries.
    const cause = Object.assign(new Error('no'), { name: 'KafkaJSProtocolError', type, code: 30 });
    expect(await kafkaIn(await start({ client: admin({ cause }), ...group }))).toMatchObject(expected);
  });

  it('is DOWN, not connected, while the client of Nest has not connected', async () => {
    const client = {
      unwrap: () => {
        throw new Error('Not initialized');
      },
    };
    expect(await kafkaIn(await start({ client }))).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is not started',
      code: 'ENOTCONN',
    });
  });

  it.each([
    ['without a client', {} as KafkaJsIndicatorOptions, 'it is missing'],
    [
      'with a client of another kind',
      { client: { connect: 1 } } as unknown as KafkaJsIndicatorOptions,
      'instead of a Kafka or an Admin of kafkajs',
    ],
    ['with a group alone', { client: admin(), groupId: 'workers' }, 'groupId and topics must be set together'],
    ['with topics alone', { client: admin(), topics: ['orders'] }, 'groupId and topics must be set together'],
    ['with a limit, and no group', { client: admin(), maxLag: 1 }, 'maxLag needs a group'],
    ['with no topic', { client: admin(), groupId: 'workers', topics: [] }, 'use a list of at least one element'],
  ])('stops the boot %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [KafkaJsIndicator('kafka', options)],
    });
    expect(String(error)).toContain('KafkaJsIndicator("kafka")');
    expect(String(error)).toContain(problem);
  });
});
