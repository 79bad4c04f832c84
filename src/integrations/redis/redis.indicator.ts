import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, degraded } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { poolData, saturation } from '../../clients/pool-data.js';
import {
  type RedisServerOptions,
  objectionToCluster,
  redisClusterResult,
  redisServerResult,
  redisServerRules,
} from '../../clients/redis/result.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { whole } from '../../options/rules.js';
import { ping } from './ping.js';
import { type RedisClient, countsOf, isCluster, isRedisClient } from './redis-client.js';

interface OwnOptions extends RedisServerOptions {
  /** The application's client, pool, cluster or sentinel client: its injection token, or itself. Required. */
  readonly client: ClientSource<RedisClient>;
  /** More callers than this that wait for a client of a pool are DEGRADED. Default: unset, any number may wait. */
  readonly maxWaiting?: number;
}

/** Options of {@link RedisIndicator}. */
export interface RedisIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks Redis for an answer, through the application's own client or pool of the package `redis`. */
export function RedisIndicator(name: string, options: RedisIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'RedisIndicator',
    name,
    options,
    { client: clientSource, maxWaiting: whole(0, Number.MAX_SAFE_INTEGER), ...redisServerRules(options) },
    ['client'],
  );
  const { own, place } = configured;

  class ConfiguredRedisIndicator extends ClientIndicator<RedisClient> {
    protected request(): ClientRequest<RedisClient> {
      return {
        place,
        sources: [own.client],
        accepts: isRedisClient,
        expected: 'a client, a pool or a cluster of redis',
        remedy: `name the token of the client that the application provides: RedisIndicator(${JSON.stringify(name)}, { client: REDIS })`,
        objection: (client) => (isCluster(client) ? objectionToCluster(place, own) : undefined),
      };
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const client = await this.client();
      // Who else waits for a client of the pool is seen before the ping itself does.
      const before = countsOf(client);
      const answer = await ping(client, own.info !== false, signal);
      const result = isCluster(client) ? redisClusterResult(answer) : redisServerResult(answer, own);
      const problem = saturation(before, own.maxWaiting);
      const counts = problem === undefined ? countsOf(client) : before;
      const data = counts ? { ...poolData(counts), ...result.data } : result.data;
      if (problem === undefined || result.status === 'DOWN') return { ...result, ...(data && { data }) };
      return degraded(result.message === undefined ? problem : `${result.message}; ${problem}`, data);
    }
  }
  configured.annotate(ConfiguredRedisIndicator);
  return ConfiguredRedisIndicator;
}
