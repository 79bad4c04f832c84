export { IoRedisIndicator } from './ioredis.indicator.js';
export type { IoRedisIndicatorOptions } from './ioredis.indicator.js';
export type { IoRedisClient, IoRedisClusterClient, IoRedisServerClient } from './ioredis-client.js';
