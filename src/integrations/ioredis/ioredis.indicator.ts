import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { degradedIfNotPermitted } from '../../clients/not-permitted.js';
import { isIoRedisCluster } from '../../clients/redis/ioredis-ready.js';
import {
  type RedisServerOptions,
  clusterOptionsFault,
  redisClusterResult,
  redisServerResult,
  redisServerRules,
} from '../../clients/redis/redis-result.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type IoRedisClient, isIoRedisClient } from './ioredis-client.js';
import { ping } from './ping.js';

/** Options of {@link IoRedisIndicator}. */
export interface IoRedisIndicatorOptions extends HealthIndicatorOptions, RedisServerOptions {
  /** The application's `Redis` or `Cluster`: its injection token, or the client itself. Required. */
  readonly client: ClientSource<IoRedisClient>;
}

/** Pings Redis through the application's own client of the package `ioredis`. */
export function IoRedisIndicator(name: string, options: IoRedisIndicatorOptions): Type<HealthIndicator> {
  const rules = { client: clientSource, ...redisServerRules(options) };
  const { own, place, annotate } = configureIndicator('IoRedisIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<IoRedisClient> {
      protected request(): ClientRequest<IoRedisClient> {
        return {
          place,
          sources: [own.client],
          accepts: isIoRedisClient,
          expected: 'a Redis or a Cluster of ioredis',
          remedy: passToken(place, 'client', '{ client: REDIS }'),
          optionsFault: (client) => (isIoRedisCluster(client) ? clusterOptionsFault(place, own) : undefined),
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const client = await this.client();
        return degradedIfNotPermitted(async () => {
          const response = await ping(client, own.info !== false, signal);
          return isIoRedisCluster(client) ? redisClusterResult(response) : redisServerResult(response, own);
        });
      }
    },
  );
}
