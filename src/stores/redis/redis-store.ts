import type { HealthStore } from '../health-store.js';
import { storeOf } from '../store-of.js';
import { type StoreOptions, readStoreOptions } from '../store-options.js';
import { RedisBackend } from './redis-backend.js';
import { type RedisStoreClient, isRedisStoreClient, linkOf } from './redis-link.js';

/** Options of `redisStore()`. */
export interface RedisStoreOptions extends StoreOptions {
  /**
   * The application's own client: a `Redis` or a `Cluster` of `ioredis`, or a client of `createClient()`, `createCluster()` or
   * `createSentinel()` of `redis`. Required. While something is watched, one further connection receives the changes.
   */
  readonly client: RedisStoreClient;
}

const EXPECTED =
  'a Redis or a Cluster of ioredis, or a client of createClient(), createCluster() or createSentinel() of redis';

/**
 * Creates a store in Redis 5 or later, through the application's own client. Throws a `HealthConfigurationError` for a malformed
 * option. The store writes nothing and connects nothing before it is used.
 *
 * @example
 * const store = redisStore({ client: new Redis() });
 */
export function redisStore(options: RedisStoreOptions): HealthStore {
  const { client, namespace, timeout } = readStoreOptions('redisStore()', options, isRedisStoreClient, EXPECTED);
  return storeOf(new RedisBackend(linkOf(client), namespace, timeout), timeout);
}
