import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthData, type HealthResult, degraded, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type ServerAnswer, askServers } from './ping.js';
import { type MemJsClient, isMemJsClient } from './memjs-client.js';

interface OwnOptions {
  /** The application's `Client`: the injection token that it is provided under, or itself. Required. */
  readonly client: ClientSource<MemJsClient>;
}

/** Options of {@link MemJsIndicator}. */
export interface MemJsIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks memcached for an answer, through the application's own client of the package `memjs`. */
export function MemJsIndicator(name: string, options: MemJsIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>('MemJsIndicator', name, options, { client: clientSource }, [
    'client',
  ]);
  const { own, place } = configured;

  class ConfiguredMemJsIndicator extends ClientIndicator<MemJsClient> {
    protected request(): ClientRequest<MemJsClient> {
      return {
        place,
        sources: [own.client],
        accepts: isMemJsClient,
        expected: 'a Client of memjs',
        remedy: `name the token of the client that the application provides: MemJsIndicator(${JSON.stringify(name)}, { client: MEMCACHED })`,
      };
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      return assess(await askServers(await this.client(), signal));
    }
  }
  configured.annotate(ConfiguredMemJsIndicator);
  return ConfiguredMemJsIndicator;
}

function assess(answers: readonly ServerAnswer[]): HealthResult {
  const answered = answers.flatMap((answer) => ('stats' in answer ? [answer.stats] : []));
  const failed = answers.flatMap((answer) => ('error' in answer ? [answer] : []));
  const [first] = failed;
  if (first && answered.length === 0) throw first.error;
  const sum = (name: string): number => answered.reduce((total, stats) => total + Number(stats[name] ?? 0), 0);
  const data: HealthData = {
    servers: answers.length,
    servers_up: answered.length,
    items: sum('curr_items'),
    used_memory_bytes: sum('bytes'),
    max_memory_bytes: sum('limit_maxbytes'),
    evictions: sum('evictions'),
    connections: sum('curr_connections'),
  };
  // The keys of a server that is gone are missing from a cache that goes on without it.
  return first ? degraded(`no answer from ${failed.map(({ address }) => address).join(', ')}`, data) : up(data);
}
