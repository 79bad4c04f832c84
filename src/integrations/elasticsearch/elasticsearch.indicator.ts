import type { Type } from '@nestjs/common';
import type { ClientSource } from '../../clients/injected-client.js';
import type { ClusterHealth } from '../../clients/search/cluster-health.js';
import { type ClusterKind, clusterIndicator } from '../../clients/search/cluster-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';

/** The used part of a `Client` of `@elastic/elasticsearch`. */
export interface ElasticsearchClient {
  readonly cluster: {
    health(params?: { index?: string }, options?: { signal?: AbortSignal; meta?: false }): PromiseLike<unknown>;
  };
}

/** Options of {@link ElasticsearchIndicator}. */
export interface ElasticsearchIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `Client` of `@elastic/elasticsearch`: its injection token, or the client itself. Required. */
  readonly client: ClientSource<ElasticsearchClient>;
  /** Index, alias or pattern whose shards count, such as `orders-*`. Default: all indices of the cluster. */
  readonly index?: string;
  /** The worst status of the cluster that is UP. With `green`, `yellow` is DEGRADED. `red` is DOWN. Default: `green`. */
  readonly enough?: 'green' | 'yellow';
}

const KIND: ClusterKind = {
  indicator: 'ElasticsearchIndicator',
  expected: 'a Client of @elastic/elasticsearch',
  request: async (client, index, signal) =>
    client.cluster.health(index === undefined ? {} : { index }, {
      signal,
      meta: false,
      // The pauses of the client between its attempts are longer than the timeout of most checks, and cannot be cancelled.
      retryBackoff: () => 0,
    }) as PromiseLike<ClusterHealth>,
};

/** Requests the health of the cluster through the application's own client of the package `@elastic/elasticsearch`. */
export function ElasticsearchIndicator(name: string, options: ElasticsearchIndicatorOptions): Type<HealthIndicator> {
  return clusterIndicator(KIND, name, options);
}
