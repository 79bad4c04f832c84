import type { Type } from '@nestjs/common';
import type { ClientSource } from '../../clients/injected-client.js';
import type { ClusterHealth } from '../../clients/search/cluster-health.js';
import { type ClusterKind, clusterIndicator } from '../../clients/search/cluster-indicator.js';
import { onAbort } from '../../core/async.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';

/** A request under way. */
interface Request extends PromiseLike<{ readonly body: ClusterHealth }> {
  abort?(): unknown;
}

/** The used part of a `Client` of `@opensearch-project/opensearch`. */
export interface OpenSearchClient {
  readonly cluster: { health(params?: { index?: string }): PromiseLike<{ readonly body: unknown }> };
}

/** Options of {@link OpenSearchIndicator}. */
export interface OpenSearchIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `Client` of `@opensearch-project/opensearch`: its injection token, or the client itself. Required. */
  readonly client: ClientSource<OpenSearchClient>;
  /** Index, alias or pattern whose shards count, such as `orders-*`. Default: all indices of the cluster. */
  readonly index?: string;
  /** The worst status of the cluster that is UP. With `green`, `yellow` is DEGRADED. `red` is DOWN. Default: `green`. */
  readonly enough?: 'green' | 'yellow';
}

const KIND: ClusterKind = {
  indicator: 'OpenSearchIndicator',
  expected: 'a Client of @opensearch-project/opensearch',
  request: async (client, index, signal) => {
    const request = client.cluster.health(index === undefined ? {} : { index }) as Request;
    // The client accepts no signal. The request has a method instead.
    const removeListener = onAbort(signal, () => void request.abort?.());
    try {
      return (await request).body;
    } finally {
      removeListener();
    }
  },
};

/** Requests the health of the cluster through the application's own client of the package `@opensearch-project/opensearch`. */
export function OpenSearchIndicator(name: string, options: OpenSearchIndicatorOptions): Type<HealthIndicator> {
  return clusterIndicator(KIND, name, options);
}
