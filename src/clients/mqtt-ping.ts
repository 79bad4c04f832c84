import { connectionLost } from './error-codes.js';
import { hasMethods } from '../core/has-methods.js';
import { raceEvent } from './race-event.js';

/** The used part of an `MqttClient` of `mqtt`. */
export interface MqttConnection {
  readonly connected: boolean;
  readonly reconnecting: boolean;
  readonly disconnecting: boolean;
  readonly disconnected: boolean;
  sendPing(): void;
  on(event: 'packetreceive', listener: MqttPacketListener): unknown;
  on(event: 'close', listener: () => void): unknown;
  off(event: 'packetreceive', listener: MqttPacketListener): unknown;
  off(event: 'close', listener: () => void): unknown;
}

/** A listener for every packet from the broker. */
export type MqttPacketListener = (packet: { readonly cmd: string }) => void;

export function isMqttConnection(candidate: unknown): candidate is MqttConnection {
  return hasMethods(candidate, 'sendPing', 'on', 'off') && 'connected' in candidate;
}

/** The state of a client that is not connected. */
export function mqttState({ reconnecting, disconnecting, disconnected }: MqttConnection): string {
  // A closed client may still have the flag `reconnecting`.
  if (disconnecting || disconnected) return 'closed';
  return reconnecting ? 'reconnecting' : 'connecting';
}

/** Resolves when the broker responds to a ping. Only for a connected client: any other client would queue the ping. */
export async function pingMqtt(client: MqttConnection): Promise<void> {
  let onPacket: MqttPacketListener = () => undefined;
  const response = new Promise<void>((resolve) => {
    onPacket = ({ cmd }) => {
      if (cmd === 'pingresp') resolve();
    };
  });
  client.on('packetreceive', onPacket);
  try {
    client.sendPing();
    await raceEvent(response, client, ['close'], connectionLost);
  } finally {
    client.off('packetreceive', onPacket);
  }
}
