export { RedisIndicator } from './redis.indicator.js';
export type { RedisIndicatorOptions } from './redis.indicator.js';
export type { RedisClient, RedisCluster, RedisPool } from './redis-client.js';
export type { NodeRedisSentinel, NodeRedisServer } from '../../clients/redis/node-redis.js';
