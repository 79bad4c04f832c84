import type { Type } from '@nestjs/common';
import { assess } from '../../clients/assess.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type MemJsClient, isMemJsClient } from './memjs-client.js';
import { type ServerResponse, ping } from './ping.js';

/** Options of {@link MemJsIndicator}. */
export interface MemJsIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `Client`: its injection token, or the client itself. Required. */
  readonly client: ClientSource<MemJsClient>;
}

/** Requests the statistics of memcached through the application's own client of the package `memjs`. */
export function MemJsIndicator(name: string, options: MemJsIndicatorOptions): Type<HealthIndicator> {
  const rules = { client: clientSource };
  const { own, place, annotate } = configureIndicator('MemJsIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<MemJsClient> {
      protected request(): ClientRequest<MemJsClient> {
        return {
          place,
          sources: [own.client],
          accepts: isMemJsClient,
          expected: 'a Client of memjs',
          remedy: passToken(place, 'client', '{ client: MEMCACHED }'),
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        return resultOf(await ping(await this.client(), signal));
      }
    },
  );
}

function resultOf(responses: readonly ServerResponse[]): HealthResult {
  const responded = responses.flatMap((response) => ('stats' in response ? [response.stats] : []));
  const failed = responses.flatMap((response) => ('error' in response ? [response] : []));
  const [first] = failed;
  if (first && responded.length === 0) throw first.error;
  const sum = (name: string): number => responded.reduce((total, stats) => total + Number(stats[name] ?? 0), 0);
  const data = {
    servers: responses.length,
    servers_up: responded.length,
    items: sum('curr_items'),
    used_memory_bytes: sum('bytes'),
    max_memory_bytes: sum('limit_maxbytes'),
    evictions: sum('evictions'),
    connections: sum('curr_connections'),
  };
  // The cache continues to work without the keys of an unavailable server.
  return assess([first && `no response from ${failed.map(({ address }) => address).join(', ')}`], data);
}
