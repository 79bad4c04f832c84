export { redisStore } from './redis-store.js';
export type { RedisStoreOptions } from './redis-store.js';
export type { RedisStoreClient } from './redis-link.js';
export type { IoRedisClusterClient, IoRedisServerClient } from './ioredis-link.js';
export type { NodeRedisClient, NodeRedisClusterClient, NodeRedisSentinelClient } from './node-redis-link.js';
export { storeKey, storeKeyParts } from '../store-key.js';
export type { StoreOptions } from '../store-options.js';
export type { HealthStore, StoreCall, StoreClaim, StoreLease, StoreObserver, StorePut } from '../health-store.js';
