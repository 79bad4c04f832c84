import { Global, Module } from '@nestjs/common';
import { Redis } from 'ioredis';
import { IoRedisIndicator } from 'nest-vitals/ioredis';
import { Configuration } from '../configuration.js';
import { OrderCache, REDIS } from './order-cache.js';

/** Milliseconds. A cache that takes longer is none. */
const PATIENCE = 200;

/** Imported where `REDIS_URL` is set. */
@Global()
@Module({
  providers: [
    {
      provide: REDIS,
      inject: [Configuration],
      useFactory: ({ redisUrl = '' }: Configuration) => connect(redisUrl),
    },
    OrderCache,
    // Not critical: what the cache does not have, the database has.
    IoRedisIndicator('cache', { client: REDIS, critical: false }),
  ],
  exports: [OrderCache],
})
export class CacheModule {}

function connect(url: string): Redis {
  const redis = new Redis(url, { commandTimeout: PATIENCE, maxRetriesPerRequest: 0, enableOfflineQueue: false });
  // Each command that fails says so itself.
  redis.on('error', () => undefined);
  return redis;
}
