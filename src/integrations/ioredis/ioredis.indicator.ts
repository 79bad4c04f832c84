import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import {
  type RedisServerOptions,
  objectionToCluster,
  redisClusterResult,
  redisServerResult,
  redisServerRules,
} from '../../clients/redis/result.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type IoRedisClient, isCluster, isIoRedisClient } from './ioredis-client.js';
import { ping } from './ping.js';

interface OwnOptions extends RedisServerOptions {
  /** The application's `Redis` or `Cluster`: the injection token that it is provided under, or itself. Required. */
  readonly client: ClientSource<IoRedisClient>;
}

/** Options of {@link IoRedisIndicator}. */
export interface IoRedisIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks Redis for an answer, through the application's own client of the package `ioredis`. */
export function IoRedisIndicator(name: string, options: IoRedisIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'IoRedisIndicator',
    name,
    options,
    { client: clientSource, ...redisServerRules(options) },
    ['client'],
  );
  const { own, place } = configured;

  class ConfiguredIoRedisIndicator extends ClientIndicator<IoRedisClient> {
    protected request(): ClientRequest<IoRedisClient> {
      return {
        place,
        sources: [own.client],
        accepts: isIoRedisClient,
        expected: 'a Redis or a Cluster of ioredis',
        remedy: `name the token of the client that the application provides: IoRedisIndicator(${JSON.stringify(name)}, { client: REDIS })`,
        objection: (client) => (isCluster(client) ? objectionToCluster(place, own) : undefined),
      };
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const client = await this.client();
      const answer = await ping(client, own.info !== false, signal);
      return isCluster(client) ? redisClusterResult(answer) : redisServerResult(answer, own);
    }
  }
  configured.annotate(ConfiguredIoRedisIndicator);
  return ConfiguredIoRedisIndicator;
}
