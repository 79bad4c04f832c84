import { EventEmitter, once } from 'node:events';
import type { ModuleMetadata } from '@nestjs/common';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { AmqplibIndicator, type AmqplibIndicatorOptions } from 'nest-vitals/amqplib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { rabbitmq } from '../../support/servers/rabbitmq.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });

const SOON = { timeout: 20_000, interval: 20 };
const QUEUE = 'orders';

const root = (options: AmqplibIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [AmqplibIndicator('broker', options)],
});

const start = (options: AmqplibIndicatorOptions): Promise<TestApplication> =>
  startApplication('express', root(options));

const brokerIn = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['broker'];

const listenersOf = (connection: ChannelModel): number =>
  connection.eventNames().reduce((sum, event) => sum + connection.listenerCount(event), 0);

describeWith(rabbitmq, 'the client of an AmqplibIndicator', (server) => {
  const open = async (): Promise<ChannelModel> => {
    const connection = await connect(server().address().url);
    connection.on('error', () => undefined);
    onTestFinished(async () => {
      server().thaw();
      await connection.close().catch(() => undefined);
    });
    return connection;
  };
  const withQueue = async (connection: ChannelModel, messages: number): Promise<Channel> => {
    const channel = await connection.createConfirmChannel();
    await channel.deleteQueue(QUEUE);
    await channel.assertQueue(QUEUE, { durable: false });
    for (let sent = 0; sent < messages; sent += 1) channel.sendToQueue(QUEUE, Buffer.from('an order'));
    await channel.waitForConfirms();
    return channel;
  };

  it('gets requests on one channel, which is opened at the first check and stays open', async () => {
    const connection = await open();
    await withQueue(connection, 0);
    const createChannel = vi.spyOn(connection, 'createChannel');
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        AmqplibIndicator('broker', { client: connection }),
        AmqplibIndicator('again', { client: connection }),
        AmqplibIndicator('queue', { client: connection, queue: QUEUE }),
      ],
    });
    expect(createChannel).not.toHaveBeenCalled();
    for (let probes = 0; probes < 10; probes += 1) {
      const { details } = reportIn(await application.get('/health/deep'));
      expect(details).toMatchObject({ broker: { status: 'UP' }, again: { status: 'UP' }, queue: { status: 'UP' } });
      expect(details['broker']).not.toHaveProperty('data');
    }
    expect(createChannel).toHaveBeenCalledTimes(1);
  });

  it('keeps neither a listener nor a channel after the application has stopped', async () => {
    const connection = await open();
    const listeners = listenersOf(connection);
    const createChannel = vi.spyOn(connection, 'createChannel');
    const [one, other] = [await start({ client: connection }), await start({ client: connection })];
    expect([await brokerIn(one), await brokerIn(other)]).toMatchObject([{ status: 'UP' }, { status: 'UP' }]);
    const channel: Channel = await createChannel.mock.results[0]?.value;
    const closed = once(channel, 'close');
    await one.app.close();
    expect(await brokerIn(other)).toMatchObject({ status: 'UP' });
    expect(createChannel).toHaveBeenCalledTimes(1);
    await other.app.close();
    await closed;
    expect(listenersOf(connection)).toBe(listeners);
    expect(await connection.createChannel()).toBeDefined();
  });

  it('reports the messages and consumers of a queue, and declares no queue', async () => {
    const connection = await open();
    const channel = await withQueue(connection, 3);
    const { queue } = { queue: QUEUE };
    const [within, tooMany] = [
      await start({ client: connection, queue, maxMessages: 3 }),
      await start({ client: connection, queue, maxMessages: 2, minConsumers: 1 }),
    ];
    const data = { queue_messages: 3, queue_consumers: 0 };
    expect(await brokerIn(within)).toMatchObject({ status: 'UP', data });
    expect(await brokerIn(tooMany)).toMatchObject({
      status: 'DEGRADED',
      message: '3 messages are in the queue, more than 2; the queue has 0 consumers, fewer than 1',
      data,
    });
    await channel.prefetch(3);
    await channel.consume(queue, () => undefined);
    await vi.waitFor(
      async () =>
        expect(await brokerIn(tooMany)).toMatchObject({
          status: 'UP',
          data: { queue_messages: 0, queue_consumers: 1 },
        }),
      SOON,
    );
  });

  it('keeps working when a queue does not exist, which is DOWN until it exists', async () => {
    const connection = await open();
    const own = await withQueue(connection, 0);
    await own.deleteQueue(QUEUE);
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        AmqplibIndicator('broker', { client: connection, queue: QUEUE }),
        AmqplibIndicator('other', { client: connection }),
      ],
    });
    for (let probes = 0; probes < 3; probes += 1) {
      expect(reportIn(await application.get('/health/deep')).details).toMatchObject({
        broker: { status: 'DOWN', error: 'the queue "orders" does not exist', code: 'AMQP_404' },
        other: { status: 'UP' },
      });
    }
    await own.assertQueue(QUEUE, { durable: false });
    expect(await brokerIn(application)).toMatchObject({ status: 'UP' });
  });

  it('is DOWN when the queue is exclusive to another connection', async () => {
    const channel = await (await open()).createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const application = await start({ client: await open(), queue });
    expect(await brokerIn(application)).toMatchObject({
      status: 'DOWN',
      error: `the queue "${queue}" is exclusive to another connection`,
      code: 'AMQP_405',
    });
  });

  it('is DEGRADED when its user has no permission for the queue', async () => {
    const connection = await open();
    await withQueue(connection, 0);
    const refused = Object.assign(new Error('Channel closed by server: 403 (ACCESS-REFUSED)'), { code: 403 });
    const createChannel = connection.createChannel.bind(connection);
    vi.spyOn(connection, 'createChannel').mockImplementation(async () => {
      const channel = await createChannel();
      vi.spyOn(channel, 'checkQueue').mockRejectedValue(refused);
      return channel;
    });
    const application = await start({ client: connection, queue: QUEUE });
    expect(await brokerIn(application)).toMatchObject({
      status: 'DEGRADED',
      message: 'cannot check the queue "orders": the user has no permission for it',
    });
  });

  it('is DOWN when the application has closed the connection, and opens nothing on it', async () => {
    const connection = await open();
    const application = await start({ client: connection });
    const createChannel = vi.spyOn(connection, 'createChannel');
    await connection.close();
    const closed = { status: 'DOWN', error: 'not connected: the client is closed', code: 'ENOTCONN' };
    expect(await brokerIn(application)).toMatchObject(closed);
    await application.app.close();
    // This application started after the connection had ended.
    expect(await brokerIn(await start({ client: connection }))).toMatchObject(closed);
    expect(createChannel).not.toHaveBeenCalled();
  });

  it('is DOWN after the event close of a connection that shows no other sign', async () => {
    const createChannel = vi.fn<() => Promise<never>>();
    const connection = Object.assign(new EventEmitter(), { createChannel });
    const application = await start({ client: connection });
    connection.emit('close');
    expect(await brokerIn(application)).toMatchObject({ status: 'DOWN', code: 'ENOTCONN' });
    expect(createChannel).not.toHaveBeenCalled();
  });

  it('can be a channel, and is DOWN once the channel is closed', async () => {
    const connection = await open();
    const channel = await connection.createChannel();
    const createChannel = vi.spyOn(connection, 'createChannel');
    const application = await start({ client: channel });
    expect(await brokerIn(application)).toMatchObject({ status: 'UP' });
    await channel.close();
    expect(await brokerIn(application)).toMatchObject({ status: 'DOWN', error: 'the channel is closed' });
    await connection.close();
    expect(await brokerIn(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is closed',
    });
    expect(createChannel).not.toHaveBeenCalled();
  });

  it('stays open when it is a channel and the application stops', async () => {
    const channel = await (await open()).createChannel();
    const application = await start({ client: channel });
    expect(await brokerIn(application)).toMatchObject({ status: 'UP' });
    await application.app.close();
    expect(await channel.checkExchange('amq.direct')).toEqual({});
  });

  it('can be an object that holds the current connection, also a new one after a restart', async () => {
    const holder: { connection: ChannelModel | undefined } = { connection: undefined };
    const application = await start({ client: holder });
    const none = { status: 'DOWN', error: 'not connected: the client is without a connection', code: 'ENOTCONN' };
    expect(await brokerIn(application)).toMatchObject(none);
    const first = await open();
    const listeners = listenersOf(first);
    holder.connection = first;
    expect(await brokerIn(application)).toMatchObject({ status: 'UP' });
    const ended = new Promise((resolve) => first.once('close', resolve));
    await server().restart();
    await ended;
    expect(await brokerIn(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is closed',
    });
    holder.connection = await open();
    expect(await brokerIn(application)).toMatchObject({ status: 'UP' });
    expect(listenersOf(first)).toBe(listeners);
  }, 120_000);

  it('can be a connection manager, whose getter throws while it has no connection', async () => {
    const connections: ChannelModel[] = [];
    const manager = {
      isConnected: () => connections.length > 0,
      createChannel: () => expect.unreachable('the check must not open a channel of the manager'),
      on: () => manager,
      off: () => manager,
      get connection(): ChannelModel {
        const [connection] = connections;
        if (!connection) throw new Error('not connected');
        return connection;
      },
    };
    const application = await start({ client: manager });
    expect(await brokerIn(application)).toMatchObject({ status: 'DOWN', code: 'ENOTCONN' });
    connections.push(await open());
    expect(await brokerIn(application)).toMatchObject({ status: 'UP' });
  });

  it('is DEGRADED at once when the broker blocks it, also during a request', async () => {
    const connection = await open();
    const application = await start({ client: connection, timeout: 200 });
    server().freeze();
    // The system needs some time to stop a process.
    await vi.waitFor(
      async () => expect(await brokerIn(application)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' }),
      SOON,
    );
    connection.emit('blocked', 'low on disk');
    const blocked = { status: 'DEGRADED', message: 'the broker blocks the connection: low on disk' };
    expect(await brokerIn(application)).toMatchObject(blocked);
    server().thaw();
    connection.emit('unblocked');
    await vi.waitFor(async () => expect(await brokerIn(application)).toMatchObject({ status: 'UP' }), SOON);
  });

  it('with recovery gets no request while it has no connection, and drops the blocked state of its last connection', async () => {
    const connection = await connect(server().address().url, { recovery: true });
    onTestFinished(() => connection.close());
    const application = await start({ client: connection });
    const createChannel = vi.spyOn(connection, 'createChannel');
    connection.emit('blocked', 'low on memory');
    connection.emit('disconnect', new Error('gone'));
    expect(await brokerIn(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is reconnecting',
    });
    expect(createChannel).not.toHaveBeenCalled();
    connection.emit('connect', connection);
    expect(await brokerIn(application)).toMatchObject({ status: 'UP' });
  });

  it('does not show a reason of the broker that may hold a secret', async () => {
    const connection = await open();
    const application = await start({ client: connection, blocked: 'down' });
    connection.emit('blocked', 'amqp://user:password@host');
    expect(await brokerIn(application)).toMatchObject({
      status: 'DOWN',
      error: 'the broker blocks the connection',
    });
  });
});

describe('an AmqplibIndicator', () => {
  const emitter = { on: () => emitter, off: () => emitter };
  const connection = { ...emitter, createChannel: () => Promise.reject(new Error('none')) };
  const channel = {
    ...emitter,
    connection: emitter,
    checkExchange: () => Promise.resolve({}),
    checkQueue: () => Promise.resolve({ messageCount: 0, consumerCount: 0 }),
    close: () => Promise.resolve(),
  };

  it.each([
    ['without a client', {} as AmqplibIndicatorOptions, 'it is missing'],
    [
      'with a client of another kind',
      { client: { connection: 'amqp://localhost' } } as unknown as AmqplibIndicatorOptions,
      'its client is an object instead of a connection or a channel of amqplib',
    ],
    ['with a queue, and a channel', { client: channel, queue: QUEUE }, 'its client is a channel'],
    ['with a limit, and no queue', { client: connection, maxMessages: 1 }, 'maxMessages and minConsumers need queue'],
    [
      'with another limit, and no queue',
      { client: connection, minConsumers: 1 },
      'maxMessages and minConsumers need queue',
    ],
  ])('stops the boot %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('AmqplibIndicator("broker")');
    expect(String(error)).toContain(problem);
  });
});
