import type { Type } from '@nestjs/common';
import { assess } from '../../clients/assess.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { NotPermittedError } from '../../clients/not-permitted.js';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthData, type HealthResult, degraded } from '../../core/result.js';
import { type OwnOf, configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { matching, wholeFrom } from '../../options/rules.js';
import type { ConsumerInfo, ConsumerName } from './consumer-info.js';
import { type NatsConnection, isNatsConnection } from './nats-client.js';
import { ping } from './ping.js';

/** Options of {@link NatsIndicator}. */
export interface NatsIndicatorOptions extends HealthIndicatorOptions {
  /** The application's connection: its injection token, or the connection itself. Required. */
  readonly client: ClientSource<NatsConnection>;
  /** The JetStream stream of `consumer`. Default: unset, JetStream is not checked. */
  readonly stream?: string;
  /** The consumer to check; needs `stream`. A consumer that does not exist is DOWN. Default: unset. */
  readonly consumer?: string;
  /** DEGRADED when more messages than this wait for delivery to the consumer. Default: unset, no limit. */
  readonly maxPending?: number;
}

/** A part of a subject, between two dots. */
const subjectToken = matching(/^[^\s.*>]+$/, 'a name without blanks, dots, "*" and ">"');

/** Pings NATS through the application's own connection of `@nats-io/transport-node` or `nats`. */
export function NatsIndicator(name: string, options: NatsIndicatorOptions): Type<HealthIndicator> {
  const maxPending = wholeFrom(0);
  const rules = { client: clientSource, stream: subjectToken, consumer: subjectToken, maxPending };
  const { own, place, annotate } = configureIndicator('NatsIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<NatsConnection> {
      protected request(): ClientRequest<NatsConnection> {
        return {
          place,
          sources: [own.client],
          accepts: isNatsConnection,
          expected: 'a connection of @nats-io/transport-node or nats',
          remedy: passToken(place, 'connection', '{ client: NATS_CONNECTION }'),
          optionsFault: () => optionsFault(place, own),
        };
      }

      async check({ signal, timeout }: HealthCheckContext): Promise<HealthResult> {
        const connection = await this.client();
        try {
          const info = await ping(connection, consumerOf(own), signal, timeout);
          return resultOf(serverData(connection), info, own.maxPending);
        } catch (error) {
          if (error instanceof NotPermittedError) return degraded(error.message, serverData(connection));
          throw error;
        }
      }
    },
  );
}

function resultOf(server: HealthData, info: ConsumerInfo | undefined, maxPending = Infinity): HealthResult {
  const pending = info?.pending ?? 0;
  return assess([pending > maxPending && `${pending} messages wait for the consumer, more than ${maxPending}`], {
    ...server,
    ...(info && {
      consumer_pending: info.pending,
      consumer_unacknowledged: info.unacknowledged,
      consumer_redelivered: info.redelivered,
    }),
  });
}

type Own = OwnOf<NatsIndicatorOptions>;

function consumerOf({ stream, consumer }: Own): ConsumerName | undefined {
  return stream === undefined || consumer === undefined ? undefined : { stream, consumer };
}

function serverData({ info }: NatsConnection): HealthData {
  return info?.server_name === undefined ? {} : { server: info.server_name };
}

function optionsFault(place: string, { stream, consumer, maxPending }: Own): ConfigurationFault | undefined {
  if ((stream === undefined) !== (consumer === undefined)) {
    return { place, problem: 'stream and consumer must be set together', remedy: 'set both options, or remove both' };
  }
  if (maxPending !== undefined && consumer === undefined) {
    return { place, problem: 'maxPending needs a consumer', remedy: 'set stream and consumer, or remove maxPending' };
  }
  return undefined;
}
