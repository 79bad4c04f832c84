import { connect as connectNats } from 'nats';
import { connect as connectTransport } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { connectAsync } from 'mqtt';
import { type HealthPublisher, mqttTopic, natsSubject, redisChannel } from 'nest-vitals/publish';
import { createClient } from 'redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DRAINING_REPORT, FAILING_REPORT } from '../../support/health-report.js';
import { latch } from '../../support/latch.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { mosquitto } from '../../support/servers/mosquitto.js';
import { nats } from '../../support/servers/nats.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { redis } from '../../support/servers/redis.js';

const SOON = { timeout: 20_000, interval: 20 };
const NEVER = new AbortController().signal;
const REPORT = {
  ...FAILING_REPORT,
  details: { ...FAILING_REPORT.details, data: { status: 'UP' as const, data: { password: 'secret' } } },
};
const RECEIVED = { ...FAILING_REPORT, details: { ...FAILING_REPORT.details, data: { status: 'UP' } } };

/** Publishes two reports, to a server that then freezes, and then dies. Returns the reports that were received. */
async function use(publisher: HealthPublisher, received: readonly string[], server: PrivateServer): Promise<unknown[]> {
  await publisher.publish(REPORT, NEVER);
  await publisher.publish(DRAINING_REPORT, NEVER);
  await vi.waitUntil(() => received.length === 2, SOON);
  const reports = received.map((text) => JSON.parse(text) as unknown);
  server.freeze();
  const timeout = new AbortController();
  const frozen = publisher.publish(REPORT, timeout.signal) as Promise<void>;
  const rejected = latch<unknown>();
  frozen.catch((error: unknown) => rejected.open(error));
  timeout.abort(new Error('the time is over'));
  expect(await rejected.promise).toMatchObject({ message: 'the time is over' });
  server.thaw();
  await server.kill();
  await vi.waitFor(
    () => expect(publisher.publish(REPORT, NEVER)).rejects.toMatchObject({ message: 'the client is not connected' }),
    SOON,
  );
  return reports;
}

describeWith(redis, 'redisChannel()', (server) => {
  it.each(['ioredis', 'redis'])('publishes through a client of %s', async (kind) => {
    if (!server().isRunning) await server().restart();
    const { url } = server().address();
    const received: string[] = [];
    const subscriber = new Redis(url);
    subscriber.on('error', () => undefined);
    onTestFinished(() => subscriber.disconnect());
    await subscriber.subscribe('health');
    subscriber.on('message', (_channel, text) => received.push(text));
    const ioredis = kind === 'ioredis' ? new Redis(url) : undefined;
    const client = ioredis ?? createClient({ url });
    client.on('error', () => undefined);
    if (ioredis) {
      onTestFinished(() => ioredis.disconnect());
      await ioredis.ping();
    } else {
      const nodeRedis = client as ReturnType<typeof createClient>;
      await nodeRedis.connect();
      onTestFinished(() => nodeRedis.destroy());
    }
    expect(await use(redisChannel({ client, channel: 'health' }), received, server())).toEqual([
      RECEIVED,
      DRAINING_REPORT,
    ]);
  });
});

describeWith(nats, 'natsSubject()', (server) => {
  it.each(['nats', '@nats-io/transport-node'])('publishes through a connection of %s', async (kind) => {
    if (!server().isRunning) await server().restart();
    const { host, port, user, password } = server().address();
    const options = { servers: `${host}:${port}`, user, pass: password, maxReconnectAttempts: -1 };
    const subscriber = await connectNats(options);
    const client = kind === 'nats' ? await connectNats(options) : await connectTransport(options);
    onTestFinished(async () => void (await Promise.all([subscriber.close(), client.close()])));
    const received: string[] = [];
    subscriber.subscribe('health.orders', {
      callback: (_error, { data }) => void received.push(Buffer.from(data).toString()),
    });
    await subscriber.flush();
    expect(await use(natsSubject({ client, subject: 'health.orders' }), received, server())).toEqual([
      RECEIVED,
      DRAINING_REPORT,
    ]);
  });
});

describeWith(mosquitto, 'mqttTopic()', (server) => {
  it('publishes, and the broker keeps the last report', async () => {
    const { host, port, user, password } = server().address();
    const open = () => connectAsync({ host, port, username: user, password, reconnectPeriod: 100 });
    const client = await open();
    const received: string[] = [];
    const retained: string[] = [];
    const subscriber = await open();
    const late = await open();
    for (const each of [client, subscriber, late]) {
      each.on('error', () => undefined);
      onTestFinished(() => each.endAsync(true));
    }
    subscriber.on('message', (_topic, text) => received.push(String(text)));
    late.on('message', (_topic, text) => retained.push(String(text)));
    await subscriber.subscribeAsync('health/orders');
    const publisher = mqttTopic({ client, topic: 'health/orders' });
    await publisher.publish(FAILING_REPORT, NEVER);
    await late.subscribeAsync('health/orders');
    await vi.waitUntil(() => retained.length === 1, SOON);
    received.length = 0;
    expect(await use(publisher, received, server())).toEqual([RECEIVED, DRAINING_REPORT]);
  });
});

describe('a channel', () => {
  it.each([
    [() => redisChannel({} as never), 'client: it is missing'],
    [() => redisChannel({ client: {}, channel: ' ' } as never), 'use a client of ioredis or redis'],
    [() => natsSubject({ client: {}, subject: 'a.>' } as never), 'use a subject without blanks'],
    [() => mqttTopic({ client: {}, topic: 'a/#' } as never), 'use a topic without "#" and "+"'],
    [
      () => mqttTopic({ client: { publishAsync: () => undefined, connected: true }, topic: 'a', qos: 2 } as never),
      'qos',
    ],
  ])('refuses faulty options', (create, problem) => {
    expect(create).toThrow(problem);
  });
});
