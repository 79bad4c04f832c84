import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { nonBlank, oneOf } from '../../options/rules.js';
import { ClientIndicator } from '../client-indicator.js';
import { ClientRequests } from '../client-requests.js';
import { hasMethods } from '../../core/has-methods.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../injected-client.js';
import { degradedIfNotPermitted } from '../not-permitted.js';
import { type ClusterHealth, type EnoughStatus, clusterResult } from './cluster-health.js';
import { explainSearchError } from './failure.js';

/** Options of a request. The client of OpenSearch has none of them. */
export interface ClusterRequestOptions {
  signal?: AbortSignal;
  /** False: the response is only the body. */
  meta?: false;
  /** Seconds between two attempts. */
  retryBackoff?: () => number;
}

/** A client with an API for clusters. */
export interface ClusterClient {
  readonly cluster: {
    health(params?: { index?: string }, options?: ClusterRequestOptions): PromiseLike<unknown>;
  };
}

interface ClusterOptions extends HealthIndicatorOptions {
  readonly client: ClientSource<ClusterClient>;
  readonly index?: string;
  readonly enough?: EnoughStatus;
}

/** The differences between the clients of Elasticsearch and OpenSearch. */
export interface ClusterKind {
  /** Name of the function that makes the indicator. */
  readonly indicator: string;
  /** The accepted client. In a message, this text is after "instead of". */
  readonly expected: string;
  /** Requests the health of the cluster, or of one index. */
  readonly request: (
    client: ClusterClient,
    index: string | undefined,
    signal: AbortSignal,
  ) => Promise<ClusterHealth | null | undefined>;
}

/** Shared by all indicators: two indicators with the same client and the same index share its request. */
const requests = new ClientRequests<ClusterHealth>();

/** Makes the indicator of a client for clusters. */
export function clusterIndicator(kind: ClusterKind, name: string, options: ClusterOptions): Type<HealthIndicator> {
  const rules = { client: clientSource, index: nonBlank, enough: oneOf(['green', 'yellow']) };
  const { own, place, annotate } = configureIndicator(kind.indicator, name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<ClusterClient> {
      protected request(): ClientRequest<ClusterClient> {
        return {
          place,
          sources: [own.client],
          accepts: isClusterClient,
          expected: kind.expected,
          remedy: passToken(place, 'client', '{ client: Client }'),
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const client = await this.client();
        return degradedIfNotPermitted(async () => {
          const health = await requests.send(client, own.index, signal, async (abandoned) => {
            try {
              return (await kind.request(client, own.index, abandoned)) ?? {};
            } catch (error) {
              throw explainSearchError(error);
            }
          });
          return clusterResult(health, own.enough);
        });
      }
    },
  );
}

function isClusterClient(candidate: unknown): candidate is ClusterClient {
  return hasMethods(candidate) && hasMethods(Reflect.get(candidate, 'cluster'), 'health');
}
