import { Global, Module } from '@nestjs/common';
import { Redis } from 'ioredis';
import { IoRedisIndicator } from 'nest-vitals/ioredis';
import { Configuration } from '../configuration.js';
import { OrderCache, REDIS } from './order-cache.js';

/** Milliseconds. After this time the service reads the database instead. */
const COMMAND_TIMEOUT = 200;

/** Imported only if `REDIS_URL` is set. */
@Global()
@Module({
  providers: [
    {
      provide: REDIS,
      inject: [Configuration],
      useFactory: ({ redisUrl = '' }: Configuration) => connect(redisUrl),
    },
    OrderCache,
    // Not critical: without the cache, the service reads orders from the database.
    IoRedisIndicator('cache', { client: REDIS, critical: false }),
  ],
  exports: [OrderCache],
})
export class CacheModule {}

function connect(url: string): Redis {
  const redis = new Redis(url, { commandTimeout: COMMAND_TIMEOUT, maxRetriesPerRequest: 0, enableOfflineQueue: false });
  // Without a listener the event would end the process. Each failed command rejects anyway.
  redis.on('error', () => undefined);
  return redis;
}
