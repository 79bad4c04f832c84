/** What is used of an `MqttClient` of `mqtt`. */
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

/** Hears of every packet that comes from the broker. */
export type MqttPacketListener = (packet: { readonly cmd: string }) => void;

export function isMqttConnection(candidate: unknown): candidate is MqttConnection {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(candidate, method) === 'function';
  return 'connected' in candidate && ['sendPing', 'on', 'off'].every(has);
}

/** Resolves when the broker has answered a ping. Only for a client that is connected: it would put the ping aside. */
export async function pingMqtt(client: MqttConnection): Promise<void> {
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
