import { notConnected } from '../not-connected.js';

interface CommandOptions {
  /** Removes a command that was not sent yet from the queue of the client. */
  readonly abortSignal: AbortSignal;
}

/** The used part of a client of `createClient` of `redis`. */
export interface NodeRedisServer {
  /** Whether `connect()` was called, and not `close()` since. */
  readonly isOpen: boolean;
  /** Whether it has a connection. */
  readonly isReady: boolean;
  sendCommand(words: string[], options?: CommandOptions): Promise<unknown>;
}

/** The used part of a client of `createCluster` of `redis`. */
export interface NodeRedisCluster {
  readonly isOpen: boolean;
  readonly masters: unknown;
  sendCommand(key: string, isReadonly: boolean, words: string[], options?: CommandOptions): Promise<unknown>;
}

/** The used part of a client of `createSentinel` of `redis`. */
export interface NodeRedisSentinel {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  getMasterNode(): unknown;
  sendCommand(isReadonly: boolean, words: string[], options?: CommandOptions): Promise<unknown>;
}

export type NodeRedis = NodeRedisServer | NodeRedisCluster | NodeRedisSentinel;

export const isNodeRedisCluster = <T extends object>(client: T): client is Extract<T, { masters: unknown }> =>
  'masters' in client;

/** Throws for a client without a connection, because it would queue the command. A cluster does not report its connections. */
export function requireNodeRedisConnection(client: NodeRedis): void {
  if (!client.isOpen) throw notConnected('closed');
  if (!isNodeRedisCluster(client) && !client.isReady) throw notConnected('connecting');
}

/** Sends a command. `key`: the key or the channel by which a cluster chooses the server. */
export function sendToNodeRedis(
  client: NodeRedis,
  key: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  const options = { abortSignal: signal };
  if (isNodeRedisCluster(client)) return client.sendCommand(key, false, [...words], options);
  return 'getMasterNode' in client
    ? client.sendCommand(false, [...words], options)
    : client.sendCommand([...words], options);
}
