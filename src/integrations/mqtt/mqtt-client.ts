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
