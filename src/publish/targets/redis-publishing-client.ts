import { hasMethods } from '../../clients/has-methods.js';
import { notConnected } from '../../clients/not-connected.js';
import { type IoRedisState, ioRedisReady } from '../../clients/redis/ioredis-ready.js';

/** The used part of a `Redis` or a `Cluster` of `ioredis`. */
export interface IoRedisPublishingClient extends IoRedisState {
  publish(channel: string, message: string): Promise<unknown>;
}

/** Removes a command that was not sent yet from the queue of the client. */
interface Abortable {
  readonly abortSignal: AbortSignal;
}

/** The used part of a client of `createClient()` of `redis`. */
export interface NodeRedisPublishingClient {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  sendCommand(words: string[], options?: Abortable): Promise<unknown>;
}

/** The used part of a client of `createCluster()` of `redis`. */
export interface NodeRedisClusterPublishingClient {
  readonly isOpen: boolean;
  readonly masters: unknown;
  sendCommand(key: string, isReadonly: boolean, words: string[], options?: Abortable): Promise<unknown>;
}

/** The used part of a client of `createSentinel()` of `redis`. */
export interface NodeRedisSentinelPublishingClient {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  getMasterNode(): unknown;
  sendCommand(isReadonly: boolean, words: string[], options?: Abortable): Promise<unknown>;
}

type NodeRedis = NodeRedisPublishingClient | NodeRedisClusterPublishingClient | NodeRedisSentinelPublishingClient;

/** Any client that `redisChannel()` accepts. */
export type RedisPublishingClient = IoRedisPublishingClient | NodeRedis;

const isIoRedis = (client: object): client is IoRedisPublishingClient =>
  hasMethods(client, 'publish', 'connect', 'on', 'off') && 'status' in client;

/** A pool of `redis` is not accepted: it does not show whether it has a connection. */
const isNodeRedis = (client: object): client is NodeRedis =>
  hasMethods(client, 'sendCommand') && 'isOpen' in client && ('isReady' in client || 'masters' in client);

export function isRedisPublishingClient(candidate: unknown): candidate is RedisPublishingClient {
  return hasMethods(candidate) && (isIoRedis(candidate) || isNodeRedis(candidate));
}

/** Resolves when the client has a connection, and rejects if it has none. Without one it would queue the message. */
export async function redisConnected(client: RedisPublishingClient, signal: AbortSignal): Promise<void> {
  if (isIoRedis(client)) return ioRedisReady(client, signal);
  if (!client.isOpen) throw notConnected('closed');
  if ('isReady' in client && !client.isReady) throw notConnected('connecting');
}

export function publishToRedis(
  client: RedisPublishingClient,
  channel: string,
  message: string,
  signal: AbortSignal,
): Promise<unknown> {
  if (isIoRedis(client)) return client.publish(channel, message);
  const words = ['PUBLISH', channel, message];
  const options = { abortSignal: signal };
  if ('masters' in client) return client.sendCommand(channel, false, words, options);
  return 'getMasterNode' in client ? client.sendCommand(false, words, options) : client.sendCommand(words, options);
}
