import { hostname } from 'node:os';
import { hasMethods } from '../../core/has-methods.js';
import { type MqttConnection, isMqttConnection, mqttState, pingMqtt } from '../../clients/mqtt-ping.js';
import { notConnected } from '../../clients/not-connected.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import { type Rule, flag, matching, nonBlank, required } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { messageOf } from './published-health.js';
import { SingleCall } from './single-call.js';
import { clientRule } from './target-options.js';

/** The used part of an `MqttClient` of `mqtt`. */
export interface MqttPublishingClient extends MqttConnection {
  publishAsync(
    topic: string,
    message: string,
    options: { readonly qos: 0 | 1 | 2; readonly retain: boolean },
  ): Promise<unknown>;
}

/** Options of `mqttTopic()`. */
export interface MqttTopicOptions {
  /** The application's own `MqttClient` of `mqtt` 5. Required. */
  readonly client: MqttPublishingClient;
  /** The topic. Required. If the latest report is retained, each instance needs its own. */
  readonly topic: string;
  /**
   * The quality of service: 0, 1 or 2. With 0 the broker confirms no message, so a ping is sent after each. Default: 1.
   */
  readonly qos?: 0 | 1 | 2;
  /** Whether the broker keeps the latest report for later subscribers. Default: true. */
  readonly retain?: boolean;
  /** Names this instance in the message. Default: the host name. */
  readonly instance?: string;
}

const topicRule = matching(/^[^+#\0]+$/u, 'a topic without "+" and "#"');
const qosRule: Rule<0 | 1 | 2> = {
  expected: '0, 1 or 2',
  accepts: (value) => value === 0 || value === 1 || value === 2,
};

const isMqttPublishingClient = (candidate: unknown): candidate is MqttPublishingClient =>
  isMqttConnection(candidate) && hasMethods(candidate, 'publishAsync');

const RULES = {
  client: clientRule(isMqttPublishingClient, 'an MqttClient of mqtt 5'),
  topic: required(topicRule),
  qos: qosRule,
  retain: flag,
  instance: nonBlank,
} satisfies RuleTable<MqttTopicOptions>;

/**
 * Publishes each report as JSON (`PublishedHealth`) on a topic of MQTT, through the application's own client. Throws a
 * `HealthConfigurationError` for a malformed option.
 */
export function mqttTopic(options: MqttTopicOptions): HealthPublisher {
  const { client, topic, qos, retain, instance } = readOptions('mqttTopic()', options, (reader) =>
    reader.readAll(RULES, { qos: 1, retain: true, instance: hostname() }),
  );
  const calls = new SingleCall();
  return {
    name: `the topic ${topic} of MQTT`,
    async publish(report, signal) {
      if (!client.connected) throw notConnected(mqttState(client));
      await calls.run(signal, async () => {
        // The connection may have been lost while the previous call was in flight.
        if (!client.connected) throw notConnected(mqttState(client));
        try {
          await client.publishAsync(topic, messageOf(report, instance), { qos, retain });
        } catch (error) {
          throw explain(error);
        }
        if (qos === 0) await pingMqtt(client);
      });
    },
  };
}

/** The lowest reason code of a refusal. */
const REFUSED = 128;

function explain(error: unknown): unknown {
  const code = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === 'number' && code >= REFUSED
    ? new HealthCheckError(`the broker refused the message with the reason code ${code}`, { cause: error })
    : error;
}
