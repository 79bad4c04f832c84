import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, degraded, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import type { Rule } from '../../options/rules.js';
import { askClient } from './ping.js';
import { type MicroserviceClient, isMicroserviceClient, statusOf } from './microservice.js';

interface OwnOptions {
  /** The application's `ClientProxy`: the injection token that it is provided under, or itself. Required. */
  readonly client: ClientSource<MicroserviceClient>;
  /**
   * The pattern of a message that the service answers. Any answer will do; an exception of the service is DOWN. Without
   * it, the service is not asked, but the broker before it is, if there is one. Default: unset.
   */
  readonly pattern?: string | number | object;
  /** What is sent with the pattern; a record of the transport (`RmqRecord`) will do. Default: `{}`. */
  readonly data?: unknown;
}

/** Options of {@link MicroserviceIndicator}. */
export interface MicroserviceIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

const pattern: Rule = {
  expected: 'a text that is not empty, a number or an object',
  accepts: (value) =>
    typeof value === 'number' ||
    (typeof value === 'string' && value !== '') ||
    (typeof value === 'object' && value !== null),
};

const data: Rule = {
  expected: 'anything but null',
  accepts: (value) => value !== null,
};

/** Asks a microservice for an answer, through the application's own `ClientProxy`. */
export function MicroserviceIndicator(name: string, options: MicroserviceIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'MicroserviceIndicator',
    name,
    options,
    { client: clientSource, pattern, data },
    ['client'],
  );
  const { own, place } = configured;
  const service = own.pattern === undefined ? undefined : { pattern: own.pattern, data: own.data ?? {} };

  class ConfiguredMicroserviceIndicator extends ClientIndicator<MicroserviceClient> {
    protected request(): ClientRequest<MicroserviceClient> {
      return {
        place,
        sources: [own.client],
        accepts: isMicroserviceClient,
        expected: 'a ClientProxy of @nestjs/microservices (for gRPC there is nest-vitals/grpc)',
        remedy: `name the token of the client that the application provides: MicroserviceIndicator(${JSON.stringify(name)}, { client: ORDERS_SERVICE })`,
        objection: () => objectionTo(place, own),
      };
    }

    async check({ signal, attach }: HealthCheckContext): Promise<HealthResult> {
      const client = await this.client();
      attach(() => ({ client_status: statusOf(client) }));
      // Nothing would be answered.
      if (statusOf(client) === 'blocked') return degraded('the broker blocks the connection');
      await askClient(client, service, signal);
      return up();
    }
  }
  configured.annotate(ConfiguredMicroserviceIndicator);
  return ConfiguredMicroserviceIndicator;
}

function objectionTo(place: string, own: OwnOptions): ConfigurationFault | undefined {
  if (own.data === undefined || own.pattern !== undefined) return undefined;
  return { place, problem: 'there is data, but no pattern', remedy: 'name the pattern that the data goes with' };
}
