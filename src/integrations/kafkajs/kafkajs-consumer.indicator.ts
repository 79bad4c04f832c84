import type { OnModuleDestroy, Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { elapsed } from '../../core/moment.js';
import { type HealthData, type HealthResult, degraded, down, up } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { Duration } from '../../options/duration.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { duration } from '../../options/rules.js';
import { type ConsumerRecord, ConsumerWatch } from './consumer-watch.js';
import { type KafkaConsumer, type KafkaConsumerSource, isConsumerSource, currentConsumer } from './kafka-client.js';

/** Options of {@link KafkaJsConsumerIndicator}. */
export interface KafkaJsConsumerIndicatorOptions extends HealthIndicatorOptions {
  /**
   * The application's `Consumer`, an object whose property `consumer` is the consumer (such as Nest's client for Kafka),
   * or an object whose property `server` is Nest's server for Kafka: its injection token, or the object itself. Required.
   */
  readonly consumer: ClientSource<KafkaConsumerSource>;
  /**
   * Milliseconds. DOWN when the last heartbeat of the consumer is older. Set it to the `sessionTimeout` of the consumer:
   * after that time, the broker removes it from its group. Default: 30 000, the default of kafkajs.
   */
  readonly maxHeartbeatAge?: Duration;
}

/** Milliseconds. */
const SESSION_TIMEOUT = 30_000;

/** Checks whether a consumer of `kafkajs` is a member of its group, by its events. It sends nothing. */
export function KafkaJsConsumerIndicator(
  name: string,
  options: KafkaJsConsumerIndicatorOptions,
): Type<HealthIndicator> {
  const rules = { consumer: clientSource, maxHeartbeatAge: duration(1) };
  const { own, place, annotate } = configureIndicator('KafkaJsConsumerIndicator', name, options, rules, ['consumer']);
  const { maxHeartbeatAge = SESSION_TIMEOUT } = own;

  return annotate(
    class extends ClientIndicator<KafkaConsumerSource> implements OnModuleDestroy {
      #watched: KafkaConsumer | undefined;
      #watch: ConsumerWatch | undefined;

      protected request(): ClientRequest<KafkaConsumerSource> {
        return {
          place,
          sources: [own.consumer],
          accepts: isConsumerSource,
          expected: 'a Consumer of kafkajs, or an object whose property "consumer" or "server" holds it',
          remedy: passToken(place, 'consumer', '{ consumer: ORDERS_CONSUMER }'),
        };
      }

      protected override onClientFound(source: KafkaConsumerSource): void {
        // Begins at boot, because a missed event is not repeated.
        this.#watchConsumer(currentConsumer(source));
      }

      onModuleDestroy(): void {
        this.#watchConsumer(undefined);
      }

      async check(): Promise<HealthResult> {
        const source = await this.client();
        this.#watchConsumer(currentConsumer(source));
        if (!this.#watch) return down('there is no consumer yet');
        const { record } = this.#watch;
        return record ? resultOf(record, maxHeartbeatAge) : down('the consumer has not joined its group');
      }

      #watchConsumer(consumer: KafkaConsumer | undefined): void {
        if (consumer === this.#watched) return;
        this.#watch?.end();
        this.#watched = consumer;
        this.#watch = consumer && new ConsumerWatch(consumer);
      }
    },
  );
}

function resultOf({ state, seenAt, partitions, error, restarts }: ConsumerRecord, maxAge: number): HealthResult {
  const age = Math.floor((elapsed() - seenAt) / 1000);
  const data: HealthData = {
    consumer_state: state,
    ...(partitions !== undefined && { assigned_partitions: partitions }),
    last_heartbeat_seconds: age,
  };
  if (state === 'crashed') {
    const message = restarts === true ? 'the consumer has crashed, and starts again' : 'the consumer has crashed';
    throw new HealthCheckError(message, { code: 'CONSUMER_CRASHED', data, cause: error });
  }
  if (state === 'stopped' || state === 'disconnected') return down(`the consumer is ${state}`, data);
  if (elapsed() - seenAt > maxAge) {
    return down(`the last heartbeat of the consumer was ${age} s ago, more than ${maxAge / 1000} s`, data);
  }
  return state === 'rebalancing' ? degraded('the group is rebalancing', data) : up(data);
}
