import { hasMethods } from '../../core/has-methods.js';
import { type IoRedisState, ioRedisReady } from '../../clients/redis/ioredis-ready.js';
import { type NodeRedis, requireNodeRedisConnection, sendToNodeRedis } from '../../clients/redis/node-redis.js';

/** The used part of a `Redis` or a `Cluster` of `ioredis`. */
export interface IoRedisPublishingClient extends IoRedisState {
  publish(channel: string, message: string): Promise<unknown>;
}

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
  requireNodeRedisConnection(client);
}

export function publishToRedis(
  client: RedisPublishingClient,
  channel: string,
  message: string,
  signal: AbortSignal,
): Promise<unknown> {
  if (isIoRedis(client)) return client.publish(channel, message);
  return sendToNodeRedis(client, channel, ['PUBLISH', channel, message], signal);
}
