import { raceAbort } from '../../core/async.js';
import { isRecord } from '../../core/is-record.js';
import { type Rule, flag, matching } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { channelMessage, notConnected } from './channel-message.js';
import { readTarget } from './target-options.js';

/** The used part of a client of `mqtt`. */
export interface MqttPublishingClient {
  readonly connected: boolean;
  publishAsync(topic: string, message: string, options: { qos: 1; retain: boolean }): Promise<unknown>;
}

/** Options of `mqttTopic()`. */
export interface MqttTopicOptions {
  /** The application's own client of `mqtt`. Required. */
  readonly client: MqttPublishingClient;
  /** The topic. Required. Use one for each instance if the last report is retained. */
  readonly topic: string;
  /** Whether the broker keeps the last report for later subscribers. Default: true. */
  readonly retain?: boolean;
}

const clientRule: Rule<MqttPublishingClient> = {
  expected: 'a client of mqtt',
  accepts: (value) => isRecord(value) && typeof value['publishAsync'] === 'function' && 'connected' in value,
};
const topicRule = matching(/^[^#+\0]+$/, 'a topic without "#" and "+"');

/**
 * Publishes each report as JSON to a topic of MQTT with QoS 1, through the application's own client. Throws a
 * `HealthConfigurationError` for a malformed option.
 */
export function mqttTopic(options: MqttTopicOptions): HealthPublisher {
  const { client, topic, retain } = readTarget('mqttTopic()', options, (target) => {
    target.reader.refuseUnknown(['client', 'topic', 'retain']);
    return {
      client: target.object('client', clientRule, options?.client),
      topic: target.required('topic', topicRule),
      retain: target.reader.read('retain', flag, true),
    };
  });
  return {
    name: `the topic ${topic} of MQTT`,
    publish: async (report, signal) => {
      if (!client.connected) throw notConnected();
      await raceAbort(client.publishAsync(topic, channelMessage(report), { qos: 1, retain }), signal);
    },
  };
}
