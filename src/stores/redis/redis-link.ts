import { hasMethods } from '../../core/has-methods.js';
import { type IoRedisClusterClient, type IoRedisServerClient, ioredisLink } from './ioredis-link.js';
import {
  type NodeRedisClient,
  type NodeRedisClusterClient,
  type NodeRedisSentinelClient,
  nodeRedisLink,
} from './node-redis-link.js';
import type { Link } from './link.js';

/** Any client that `redisStore()` accepts. */
export type RedisStoreClient =
  IoRedisServerClient | IoRedisClusterClient | NodeRedisClient | NodeRedisClusterClient | NodeRedisSentinelClient;

const isIoRedis = (client: object): client is IoRedisServerClient | IoRedisClusterClient =>
  hasMethods(client, 'call', 'subscribe', 'unsubscribe', 'duplicate', 'on', 'off') && 'status' in client;

/** A pool of `redis` is not accepted: it cannot subscribe. */
const isNodeRedis = (client: object): client is NodeRedisClient | NodeRedisClusterClient | NodeRedisSentinelClient =>
  hasMethods(client, 'sendCommand', 'subscribe', 'unsubscribe') && 'isOpen' in client;

export function isRedisStoreClient(candidate: unknown): candidate is RedisStoreClient {
  return hasMethods(candidate) && (isIoRedis(candidate) || isNodeRedis(candidate));
}

export const linkOf = (client: RedisStoreClient): Link =>
  isIoRedis(client) ? ioredisLink(client) : nodeRedisLink(client);
