import { elapsed } from '../../core/moment.js';
import type { KafkaConsumer } from './kafka-client.js';

export type ConsumerState = 'joined' | 'rebalancing' | 'stopped' | 'disconnected' | 'crashed';

/** The state of a consumer, from its events. */
export interface ConsumerRecord {
  readonly state: ConsumerState;
  /** Monotonic milliseconds of the last event that shows that the consumer is a member of its group. */
  readonly seenAt: number;
  readonly partitions: number | undefined;
  /** The error of a crash. */
  readonly error?: unknown;
  /** Whether kafkajs restarts the consumer after a crash. */
  readonly restarts?: boolean;
}

/** Records the events of a consumer between two checks, because kafkajs keeps no state that can be read. */
export class ConsumerWatch {
  readonly #remove: readonly (() => void)[];
  #record: ConsumerRecord | undefined;

  constructor(consumer: KafkaConsumer) {
    const { events } = consumer;
    this.#remove = [
      consumer.on(events.GROUP_JOIN, ({ payload }) => this.#seen(partitionsIn(payload))),
      consumer.on(events.HEARTBEAT, () => this.#seen(this.#record?.partitions)),
      consumer.on(events.REBALANCING, () => this.#enter('rebalancing')),
      consumer.on(events.STOP, () => this.#enter('stopped')),
      consumer.on(events.DISCONNECT, () => this.#enter('disconnected')),
      // After a crash, kafkajs first stops and disconnects the consumer, and emits this event last.
      consumer.on(events.CRASH, ({ payload }) => this.#enter('crashed', crashIn(payload))),
    ];
  }

  /** Undefined before the first event. */
  get record(): ConsumerRecord | undefined {
    return this.#record;
  }

  end(): void {
    for (const remove of this.#remove) remove();
  }

  #seen(partitions: number | undefined): void {
    this.#record = { state: 'joined', seenAt: elapsed(), partitions };
  }

  #enter(state: ConsumerState, crash?: Pick<ConsumerRecord, 'error' | 'restarts'>): void {
    this.#record = { state, seenAt: this.#record?.seenAt ?? elapsed(), partitions: undefined, ...crash };
  }
}

function partitionsIn(payload: unknown): number {
  const { memberAssignment = {} } = payload as { readonly memberAssignment?: Readonly<Record<string, unknown[]>> };
  return Object.values(memberAssignment).flat().length;
}

function crashIn(payload: unknown): Pick<ConsumerRecord, 'error' | 'restarts'> {
  const { error, restart } = payload as { readonly error?: unknown; readonly restart?: boolean };
  return { error, restarts: restart === true };
}
