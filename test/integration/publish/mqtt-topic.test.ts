import { type MqttClient, connectAsync } from 'mqtt';
import { mqttTopic } from 'nest-vitals/publish';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DRAINING_REPORT, PASSING_REPORT } from '../../support/health-report.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { mosquitto } from '../../support/servers/mosquitto.js';
import type { ServerAddress } from '../../support/servers/private-server.js';
import { testChannel } from './channel-cases.js';

const SOON = { timeout: 20_000, interval: 10 };
const TOPIC = 'health/orders';
const { signal } = new AbortController();

describeWith(mosquitto, 'an mqttTopic', (server) => {
  const connect = async ({ host, port, user, password }: ServerAddress): Promise<MqttClient> => {
    const options = { host, port, username: user, password, reconnectPeriod: 100 };
    const client = await connectAsync(options);
    client.on('error', () => undefined);
    onTestFinished(async () => {
      server().thaw();
      await client.endAsync(true);
    });
    return client;
  };
  const subscribe = async (address: ServerAddress, onMessage: (message: string) => void): Promise<void> => {
    const subscriber = await connect(address);
    subscriber.on('message', (_topic, message) => onMessage(message.toString()));
    await subscriber.subscribeAsync(TOPIC, { qos: 1 });
  };

  describe.each([0, 1] as const)('with quality of service %i', (qos) => {
    testChannel(server, {
      name: `the topic ${TOPIC} of MQTT`,
      subscribe,
      open: async (address, instance) =>
        mqttTopic({ client: await connect(address), topic: TOPIC, qos, retain: false, instance }),
    });
  });

  it('retains the latest message for a later subscriber, unless retain is false', async () => {
    const address = server().address();
    const client = await connect(address);
    const retained = mqttTopic({ client, topic: `${TOPIC}/1`, qos: 2, instance: '1' });
    await retained.publish(PASSING_REPORT, signal);
    await retained.publish(DRAINING_REPORT, signal);
    await mqttTopic({ client, topic: `${TOPIC}/2`, retain: false }).publish(PASSING_REPORT, signal);
    const messages: unknown[] = [];
    const later = await connect(address);
    later.on('message', (topic, message, { retain }) =>
      messages.push([topic, retain, (JSON.parse(message.toString()) as { status: string }).status]),
    );
    await later.subscribeAsync(`${TOPIC}/+`);
    await mqttTopic({ client, topic: `${TOPIC}/3`, retain: false }).publish(PASSING_REPORT, signal);
    await expect
      .poll(() => messages, SOON)
      .toEqual([
        [`${TOPIC}/1`, true, 'OUT_OF_SERVICE'],
        [`${TOPIC}/3`, false, 'UP'],
      ]);
  });

  it('rejects at once when the client was ended', async () => {
    const client = await connect(server().address());
    await client.endAsync(true);
    await expect(mqttTopic({ client, topic: TOPIC }).publish(PASSING_REPORT, signal)).rejects.toThrow(
      'not connected: the client is closed',
    );
  });
});
