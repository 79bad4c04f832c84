import { ClientCalls } from '../../discovery/client-calls.js';
import { notConnected } from '../../discovery/not-connected.js';
import type { MqttConnection, MqttPacketListener } from './mqtt-client.js';

/** Of all indicators: two that look at one client share its ping, too. */
const pings = new ClientCalls<void>();

/** Asks the broker for an answer, by the protocol's own ping: it touches no topic, no subscription and no message. */
export async function ping(client: MqttConnection, signal: AbortSignal): Promise<void> {
  // The client would put the ping into its queue for later.
  if (!client.connected) throw notConnected(stateOf(client));
  // What was sent cannot be taken back. Until the answer comes, or the connection goes, no other ping is sent.
  await pings.call(client, signal, () => answerOf(client));
}

async function answerOf(client: MqttConnection): Promise<void> {
  let onPacket: MqttPacketListener = () => undefined;
  let onClose = (): void => undefined;
  const answer = new Promise<void>((resolve, reject) => {
    onPacket = ({ cmd }) => {
      if (cmd === 'pingresp') resolve();
    };
    onClose = () => reject(Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' }));
  });
  client.on('packetreceive', onPacket);
  client.on('close', onClose);
  try {
    client.sendPing();
    await answer;
  } finally {
    client.off('packetreceive', onPacket);
    client.off('close', onClose);
  }
}

function stateOf({ reconnecting, disconnecting, disconnected }: MqttConnection): string {
  // One that was ended may have been about to reconnect.
  if (disconnecting || disconnected) return 'closed';
  return reconnecting ? 'reconnecting' : 'connecting';
}
