import type { OnModuleDestroy, Type } from '@nestjs/common';
import { assess } from '../../clients/assess.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { notConnected } from '../../clients/not-connected.js';
import { degradedIfNotPermitted } from '../../clients/not-permitted.js';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, degraded, down } from '../../core/result.js';
import { type OwnOf, configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { nonBlank, oneOf, wholeFrom } from '../../options/rules.js';
import { type AmqplibClient, isAmqplibClient, isChannel } from './amqp-client.js';
import { BlockedError } from './connection-watch.js';
import { type QueueCounts, ping } from './ping.js';
import { CurrentWatch } from './current-watch.js';

/** Options of {@link AmqplibIndicator}. */
export interface AmqplibIndicatorOptions extends HealthIndicatorOptions {
  /**
   * The application's connection, one of its channels, or an object whose property `connection` is the current
   * connection: its injection token, or the client itself. Required.
   */
  readonly client: ClientSource<AmqplibClient>;
  /** The status while the broker accepts no messages, because memory or disk is low. Default: `'degraded'`. */
  readonly blocked?: 'degraded' | 'down';
  /** A queue to check. A queue that does not exist is DOWN. Not possible with a channel. Default: unset. */
  readonly queue?: string;
  /** DEGRADED when more messages than this are ready in `queue`. Default: unset, no limit. */
  readonly maxMessages?: number;
  /** DEGRADED when `queue` has fewer consumers than this. Default: unset, no limit. */
  readonly minConsumers?: number;
}

/** Pings a broker (RabbitMQ) through the application's own connection of the package `amqplib`. */
export function AmqplibIndicator(name: string, options: AmqplibIndicatorOptions): Type<HealthIndicator> {
  const rules = {
    client: clientSource,
    blocked: oneOf(['degraded', 'down']),
    queue: nonBlank,
    maxMessages: wholeFrom(0),
    minConsumers: wholeFrom(1),
  };
  const { own, place, annotate } = configureIndicator('AmqplibIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<AmqplibClient> implements OnModuleDestroy {
      readonly #watch = new CurrentWatch();

      protected request(): ClientRequest<AmqplibClient> {
        return {
          place,
          sources: [own.client],
          accepts: isAmqplibClient,
          expected: 'a connection or a channel of amqplib, or an object whose property "connection" is a connection',
          remedy: passToken(place, 'connection', '{ client: AMQP_CONNECTION }'),
          optionsFault: (client) => optionsFault(client, place, own),
        };
      }

      protected override onClientFound(client: AmqplibClient): void {
        // Begins at boot, because a missed event is not repeated.
        this.#watch.of(client);
      }

      onModuleDestroy(): void {
        this.#watch.end();
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const watch = this.#watch.of(await this.client());
        if (!watch) throw notConnected('without a connection');
        try {
          return await degradedIfNotPermitted(async () => resultOf(await ping(watch, own.queue, signal), own));
        } catch (error) {
          if (!(error instanceof BlockedError)) throw error;
          return own.blocked === 'down' ? down(error.message) : degraded(error.message);
        }
      }
    },
  );
}

type Own = OwnOf<AmqplibIndicatorOptions>;

function resultOf(counts: QueueCounts | undefined, { maxMessages = Infinity, minConsumers = 0 }: Own): HealthResult {
  if (!counts) return assess([]);
  const { messages, consumers } = counts;
  return assess(
    [
      messages > maxMessages && `${messages} messages are in the queue, more than ${maxMessages}`,
      consumers < minConsumers && `the queue has ${consumers} consumers, fewer than ${minConsumers}`,
    ],
    { queue_messages: messages, queue_consumers: consumers },
  );
}

function optionsFault(client: AmqplibClient, place: string, own: Own): ConfigurationFault | undefined {
  if (own.queue !== undefined && isChannel(client)) {
    return {
      place: `${place}, queue`,
      problem: 'its client is a channel, and the broker closes the channel if the queue does not exist',
      remedy: 'pass the connection: the indicator opens its own channel on it',
    };
  }
  if (own.queue === undefined && (own.maxMessages !== undefined || own.minConsumers !== undefined)) {
    return {
      place,
      problem: 'maxMessages and minConsumers need queue',
      remedy: 'set queue, or remove maxMessages and minConsumers',
    };
  }
  return undefined;
}
