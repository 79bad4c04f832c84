import { ClientCalls } from '../../clients/client-calls.js';
import { type MqttConnection, pingMqtt } from '../../clients/mqtt-ping.js';
import { notConnected } from '../../clients/not-connected.js';

/** Of all indicators: two that look at one client share its ping, too. */
const pings = new ClientCalls<void>();

/** Asks the broker for an answer, by the protocol's own ping: it touches no topic, no subscription and no message. */
export async function ping(client: MqttConnection, signal: AbortSignal): Promise<void> {
  if (!client.connected) throw notConnected(stateOf(client));
  // What was sent cannot be taken back. Until the answer comes, or the connection goes, no other ping is sent.
  await pings.call(client, signal, () => pingMqtt(client));
}

function stateOf({ reconnecting, disconnecting, disconnected }: MqttConnection): string {
  // One that was ended may have been about to reconnect.
  if (disconnecting || disconnected) return 'closed';
  return reconnecting ? 'reconnecting' : 'connecting';
}
