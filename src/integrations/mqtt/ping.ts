import { ClientCalls } from '../../clients/client-calls.js';
import { type MqttConnection, mqttState, pingMqtt } from '../../clients/mqtt-ping.js';
import { notConnected } from '../../clients/not-connected.js';

/** Shared by all indicators: two indicators with the same client share its ping. */
const pings = new ClientCalls<void>();

/** Pings the broker with PINGREQ of MQTT, which touches no topic, no subscription and no message. */
export async function ping(client: MqttConnection, signal: AbortSignal): Promise<void> {
  if (!client.connected) throw notConnected(mqttState(client));
  // A ping cannot be cancelled. No other ping is sent before the response, or the end of the connection.
  await pings.call(client, signal, () => pingMqtt(client));
}
