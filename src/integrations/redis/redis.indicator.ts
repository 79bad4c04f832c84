import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { degradedIfNotPermitted } from '../../clients/not-permitted.js';
import { isNodeRedisCluster } from '../../clients/redis/node-redis.js';
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
import { wholeFrom } from '../../options/rules.js';
import { ping } from './ping.js';
import { withPoolData } from './pool-result.js';
import { type RedisClient, countsOf, isRedisClient } from './redis-client.js';

/** Options of {@link RedisIndicator}. */
export interface RedisIndicatorOptions extends HealthIndicatorOptions, RedisServerOptions {
  /** The application's client, pool, cluster or sentinel client: its injection token, or the client itself. Required. */
  readonly client: ClientSource<RedisClient>;
  /** DEGRADED when more callers than this wait for a client of the pool. Default: unset, no limit. */
  readonly maxWaiting?: number;
}

/** Pings Redis through the application's own client or pool of the package `redis`. */
export function RedisIndicator(name: string, options: RedisIndicatorOptions): Type<HealthIndicator> {
  const maxWaiting = wholeFrom(0);
  const rules = { client: clientSource, maxWaiting, ...redisServerRules(options) };
  const { own, place, annotate } = configureIndicator('RedisIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<RedisClient> {
      protected request(): ClientRequest<RedisClient> {
        return {
          place,
          sources: [own.client],
          accepts: isRedisClient,
          expected: 'a client, a pool or a cluster of redis',
          remedy: passToken(place, 'client', '{ client: REDIS }'),
          optionsFault: (client) => (isNodeRedisCluster(client) ? clusterOptionsFault(place, own) : undefined),
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const client = await this.client();
        // Counted before the ping, which may have to wait for a client itself.
        const before = countsOf(client);
        let unconnected = 0;
        const result = await degradedIfNotPermitted(async () => {
          const response = await ping(client, own.info !== false, signal);
          unconnected = response.unconnected ?? 0;
          return isNodeRedisCluster(client) ? redisClusterResult(response) : redisServerResult(response, own);
        });
        return withPoolData(result, { before, after: countsOf(client), unconnected, maxWaiting: own.maxWaiting });
      }
    },
  );
}
