export { RedisIndicator } from './redis.indicator.js';
export type { RedisIndicatorOptions } from './redis.indicator.js';
export type { RedisClient, RedisCluster, RedisPool, RedisSentinel, RedisServerClient } from './redis-client.js';
