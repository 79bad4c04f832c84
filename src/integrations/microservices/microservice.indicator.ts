import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { degradedIfNotPermitted } from '../../clients/not-permitted.js';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, degraded, up } from '../../core/result.js';
import { type OwnOf, configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import type { Rule } from '../../options/rules.js';
import { type MicroserviceClient, isMicroserviceClient, statusOf } from './microservice.js';
import { pingClient } from './ping.js';

/** Options of {@link MicroserviceIndicator}. */
export interface MicroserviceIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `ClientProxy`: its injection token, or the client itself. Required. */
  readonly client: ClientSource<MicroserviceClient>;
  /**
   * The pattern of a message to which the service responds. Every response is UP; an exception of the service is DOWN.
   * Default: unset, only the broker is pinged, if the transport has one.
   */
  readonly pattern?: string | number | object;
  /** The data of the message, or a record of the transport such as `RmqRecord`. Needs `pattern`. Default: `{}`. */
  readonly data?: unknown;
}

const pattern: Rule = {
  expected: 'a string that is not empty, a number or an object',
  accepts: (value) =>
    typeof value === 'number' ||
    (typeof value === 'string' && value !== '') ||
    (typeof value === 'object' && value !== null),
};

const data: Rule = { expected: 'any value except null', accepts: (value) => value !== null };

/** Sends a message to a microservice, or pings its broker, through the application's own `ClientProxy`. */
export function MicroserviceIndicator(name: string, options: MicroserviceIndicatorOptions): Type<HealthIndicator> {
  const rules = { client: clientSource, pattern, data };
  const { own, place, annotate } = configureIndicator('MicroserviceIndicator', name, options, rules, ['client']);
  const request = own.pattern === undefined ? undefined : { pattern: own.pattern, data: own.data ?? {} };

  return annotate(
    class extends ClientIndicator<MicroserviceClient> {
      protected request(): ClientRequest<MicroserviceClient> {
        return {
          place,
          sources: [own.client],
          accepts: isMicroserviceClient,
          expected: 'a ClientProxy of @nestjs/microservices (for gRPC, use nest-vitals/grpc)',
          remedy: passToken(place, 'client', '{ client: ORDERS_SERVICE }'),
          optionsFault: () => optionsFault(place, own),
        };
      }

      async check({ signal, attach }: HealthCheckContext): Promise<HealthResult> {
        const client = await this.client();
        attach(() => ({ client_status: statusOf(client) }));
        // No response would arrive.
        if (statusOf(client) === 'blocked') return degraded('the broker blocks the connection');
        return degradedIfNotPermitted(async () => up(await pingClient(client, request, signal)));
      }
    },
  );
}

function optionsFault(place: string, own: OwnOf<MicroserviceIndicatorOptions>): ConfigurationFault | undefined {
  if (own.data === undefined || own.pattern !== undefined) return undefined;
  return { place, problem: 'data needs a pattern', remedy: 'set pattern, or remove data' };
}
