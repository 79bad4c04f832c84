import type { OnModuleDestroy, Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, degraded, down, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { notConnected } from '../../clients/not-connected.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { nonBlank, oneOf, whole } from '../../options/rules.js';
import {
  type AmqpChannel,
  type AmqpConnection,
  type AmqplibClient,
  isAmqplibClient,
  isChannel,
  presentConnection,
} from './amqp-client.js';
import { type QueueCounts, ask } from './ping.js';
import { BlockedError, type ConnectionWatch, unwatch, watch } from './connection-watch.js';

interface OwnOptions {
  /**
   * The application's connection, one of its channels, or an object whose property `connection` is the connection of the
   * moment: the injection token that it is provided under, or itself. Required.
   */
  readonly client: ClientSource<AmqplibClient>;
  /** What a broker counts for that takes no more messages, for want of memory or disk. Default: `'degraded'`. */
  readonly blocked?: 'degraded' | 'down';
  /** A queue that is looked at. One that does not exist is DOWN. Not with a channel. Default: unset, none is. */
  readonly queue?: string;
  /** More messages than this that are ready in the queue are DEGRADED. Default: unset, any number may be. */
  readonly maxMessages?: number;
  /** Fewer consumers of the queue than this are DEGRADED. Default: unset, there may be none. */
  readonly minConsumers?: number;
}

/** Options of {@link AmqplibIndicator}. */
export interface AmqplibIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks a broker (RabbitMQ) for an answer, through the application's own connection of the package `amqplib`. */
export function AmqplibIndicator(name: string, options: AmqplibIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'AmqplibIndicator',
    name,
    options,
    {
      client: clientSource,
      blocked: oneOf(['degraded', 'down']),
      queue: nonBlank,
      maxMessages: whole(0, Number.MAX_SAFE_INTEGER),
      minConsumers: whole(1, Number.MAX_SAFE_INTEGER),
    },
    ['client'],
  );
  const { own, place } = configured;

  class ConfiguredAmqplibIndicator extends ClientIndicator<AmqplibClient> implements OnModuleDestroy {
    #watched: AmqpConnection | AmqpChannel | undefined;
    #watch: ConnectionWatch | undefined;

    protected request(): ClientRequest<AmqplibClient> {
      return {
        place,
        sources: [own.client],
        accepts: isAmqplibClient,
        expected: 'a connection or a channel of amqplib, nor an object whose property "connection" is one',
        remedy: `name the token of the connection that the application provides: AmqplibIndicator(${JSON.stringify(name)}, { client: AMQP_CONNECTION })`,
        objection: (client) => objectionTo(client, place, own),
      };
    }

    protected override found(client: AmqplibClient): void {
      // From the start, so that nothing is missed that is told only once.
      this.#watchPresent(client);
    }

    onModuleDestroy(): void {
      this.#look(undefined);
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const present = this.#watchPresent(await this.client());
      if (!present) throw notConnected('without a connection');
      try {
        return resultOf(await ask(present, own.queue, signal), own);
      } catch (error) {
        if (!(error instanceof BlockedError)) throw error;
        return own.blocked === 'down' ? down(error.message) : degraded(error.message);
      }
    }

    #watchPresent(client: AmqplibClient): ConnectionWatch | undefined {
      this.#look(isChannel(client) ? client : presentConnection(client));
      return this.#watch;
    }

    #look(connection: AmqpConnection | AmqpChannel | undefined): void {
      if (connection === this.#watched) return;
      if (this.#watched) unwatch(this.#watched);
      this.#watched = connection;
      this.#watch = connection && watch(connection);
    }
  }
  configured.annotate(ConfiguredAmqplibIndicator);
  return ConfiguredAmqplibIndicator;
}

function resultOf(counts: QueueCounts | undefined, { maxMessages, minConsumers }: OwnOptions): HealthResult {
  if (!counts) return up();
  const { messages, consumers } = counts;
  const data = { queue_messages: messages, queue_consumers: consumers };
  const problems: string[] = [];
  if (maxMessages !== undefined && messages > maxMessages) {
    problems.push(`${messages} messages are in the queue, more than ${maxMessages}`);
  }
  if (minConsumers !== undefined && consumers < minConsumers) {
    problems.push(`the queue has ${consumers} consumers, fewer than ${minConsumers}`);
  }
  return problems.length > 0 ? degraded(problems.join('; '), data) : up(data);
}

function objectionTo(client: AmqplibClient, place: string, own: OwnOptions): ConfigurationFault | undefined {
  if (own.queue !== undefined && isChannel(client)) {
    return {
      place,
      problem: 'the option queue was given a channel to ask on, which a broker closes if there is no such queue',
      remedy: 'hand over the connection: the indicator opens a channel of its own on it',
    };
  }
  if (own.queue === undefined && (own.maxMessages !== undefined || own.minConsumers !== undefined)) {
    return { place, problem: 'there is a limit, but no queue', remedy: 'name the queue' };
  }
  return undefined;
}
