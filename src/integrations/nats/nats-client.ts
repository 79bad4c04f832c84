/** What is used of a connection of `@nats-io/transport-node`, or of `nats` before it. */
export interface NatsConnection {
  /** Fails at once while the client has no connection. */
  rtt(): Promise<number>;
  isClosed(): boolean;
  isDraining(): boolean;
  request(subject: string, payload?: Uint8Array, options?: { timeout: number }): Promise<{ readonly data: Uint8Array }>;
  /** What the server said of itself when the client connected. */
  readonly info?: { readonly server_name?: string } | undefined;
}

export function isNatsConnection(candidate: unknown): candidate is NatsConnection {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(candidate, method) === 'function';
  return ['rtt', 'isClosed', 'isDraining', 'request'].every(has);
}
