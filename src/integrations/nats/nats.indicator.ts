import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthData, type HealthResult, degraded, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { matching, whole } from '../../options/rules.js';
import { ask } from './ping.js';
import type { ConsumerInfo, ConsumerName } from './consumer-info.js';
import { type NatsConnection, isNatsConnection } from './nats-client.js';

interface OwnOptions {
  /** The application's connection: the injection token that it is provided under, or itself. Required. */
  readonly client: ClientSource<NatsConnection>;
  /** The stream of JetStream whose consumer is looked at. Goes with `consumer`. Default: unset, JetStream is not asked. */
  readonly stream?: string;
  /** The consumer that is looked at. One that does not exist is DOWN. Goes with `stream`. Default: unset. */
  readonly consumer?: string;
  /** More messages than this that the consumer has not been handed yet are DEGRADED. Default: unset, any number may wait. */
  readonly maxPending?: number;
}

/** Options of {@link NatsIndicator}. */
export interface NatsIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** What may stand between two dots of a subject. */
const subjectToken = matching(/^[^\s.*>]+$/, 'a name without blanks, dots, "*" and ">"');

/** Asks NATS for an answer, through the application's own connection of `@nats-io/transport-node` or `nats`. */
export function NatsIndicator(name: string, options: NatsIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'NatsIndicator',
    name,
    options,
    {
      client: clientSource,
      stream: subjectToken,
      consumer: subjectToken,
      maxPending: whole(0, Number.MAX_SAFE_INTEGER),
    },
    ['client'],
  );
  const { own, place } = configured;

  class ConfiguredNatsIndicator extends ClientIndicator<NatsConnection> {
    protected request(): ClientRequest<NatsConnection> {
      return {
        place,
        sources: [own.client],
        accepts: isNatsConnection,
        expected: 'a connection of @nats-io/transport-node or nats',
        remedy: `name the token of the connection that the application provides: NatsIndicator(${JSON.stringify(name)}, { client: NATS_CONNECTION })`,
        objection: () => objectionTo(place, own),
      };
    }

    async check({ signal, timeout }: HealthCheckContext): Promise<HealthResult> {
      const connection = await this.client();
      const { info, isForbidden } = await ask(connection, consumerOf(own), signal, timeout);
      const data = { ...serverData(connection), ...(info && consumerData(info)) };
      if (isForbidden) return degraded('cannot check the consumer: the server does not permit the question', data);
      if (info && own.maxPending !== undefined && info.pending > own.maxPending) {
        return degraded(`${info.pending} messages wait for the consumer, more than ${own.maxPending}`, data);
      }
      return up(data);
    }
  }
  configured.annotate(ConfiguredNatsIndicator);
  return ConfiguredNatsIndicator;
}

function consumerOf({ stream, consumer }: OwnOptions): ConsumerName | undefined {
  return stream === undefined || consumer === undefined ? undefined : { stream, consumer };
}

function serverData({ info }: NatsConnection): HealthData {
  return info?.server_name === undefined ? {} : { server: info.server_name };
}

function consumerData({ pending, unacknowledged, redelivered }: ConsumerInfo): HealthData {
  return {
    consumer_pending: pending,
    consumer_unacknowledged: unacknowledged,
    consumer_redelivered: redelivered,
  };
}

function objectionTo(place: string, { stream, consumer, maxPending }: OwnOptions): ConfigurationFault | undefined {
  if ((stream === undefined) !== (consumer === undefined)) {
    return { place, problem: 'of stream and consumer there is one only', remedy: 'name both, or neither' };
  }
  if (maxPending !== undefined && consumer === undefined) {
    return { place, problem: 'there is maxPending, but no consumer', remedy: 'name its stream and the consumer' };
  }
  return undefined;
}
