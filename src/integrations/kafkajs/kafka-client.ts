import { hasMethods } from '../../core/has-methods.js';

/** The used part of an `Admin` of `kafkajs`. */
export interface KafkaAdmin {
  describeCluster(): Promise<{ readonly brokers: readonly unknown[]; readonly controller: number | null }>;
  fetchOffsets(request: {
    groupId: string;
    topics: string[];
  }): Promise<readonly { readonly topic: string; readonly partitions: readonly PartitionOffset[] }[]>;
  fetchTopicOffsets(topic: string): Promise<readonly (PartitionOffset & { readonly high: string })[]>;
  disconnect(): Promise<void>;
  readonly events: Readonly<Record<'CONNECT' | 'DISCONNECT', string>>;
  /** Returns a function that removes the listener. */
  on(event: string, listener: () => void): () => void;
}

/** An offset is a 64-bit number, so it is a string. */
export interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

/** The used part of a `Kafka` of `kafkajs`. It has no connection itself. */
export interface Kafka {
  admin(): KafkaAdmin;
}

/** The used part of a `Consumer` of `kafkajs`. */
export interface KafkaConsumer {
  readonly events: Readonly<
    Record<'GROUP_JOIN' | 'HEARTBEAT' | 'REBALANCING' | 'STOP' | 'DISCONNECT' | 'CRASH', string>
  >;
  /** Returns a function that removes the listener. */
  on(event: string, listener: (event: { readonly payload: unknown }) => void): () => void;
}

/**
 * Nest's own client or server for Kafka. `unwrap()` returns the `Kafka` of a client, or a list of the `Kafka`, the
 * `Consumer` and the `Producer` of a server. It throws before the client or the server has connected.
 */
export interface NestKafka {
  unwrap(): unknown;
}

/** An object that holds the server of a hybrid application, which exists only after the application was created. */
export interface NestKafkaHolder {
  /** The return value of `app.connectMicroservice()`. */
  readonly server: NestKafka | null | undefined;
}

/** An object that holds the current consumer. Without a consumer, the property is undefined or null, or its getter throws. */
export interface KafkaConsumerHolder {
  readonly consumer: KafkaConsumer | null | undefined;
}

export type KafkaJsClient = Kafka | KafkaAdmin | NestKafka | NestKafkaHolder;
export type KafkaConsumerSource = KafkaConsumer | KafkaConsumerHolder | NestKafkaHolder;

export function isKafkaJsClient(candidate: unknown): candidate is KafkaJsClient {
  return isKafka(candidate) || isAdmin(candidate) || isNestKafka(candidate) || isServerHolder(candidate);
}

export function isConsumerSource(candidate: unknown): candidate is KafkaConsumerSource {
  return isConsumer(candidate) || isServerHolder(candidate) || isConsumerHolder(candidate);
}

/** The `Kafka` or the `Admin` of the client. Undefined while Nest's client or server has not connected. */
export function currentClient(client: KafkaJsClient): Kafka | KafkaAdmin | undefined {
  if (isKafka(client) || isAdmin(client)) return client;
  const kafka = unwrapped('server' in client ? client.server : client)[0];
  return isKafka(kafka) ? kafka : undefined;
}

/** The consumer of the source. Undefined while there is none. */
export function currentConsumer(source: KafkaConsumerSource): KafkaConsumer | undefined {
  if (isConsumer(source)) return source;
  const consumer = 'server' in source ? unwrapped(source.server)[1] : consumerOf(source);
  return isConsumer(consumer) ? consumer : undefined;
}

export const isAdmin = (candidate: unknown): candidate is KafkaAdmin =>
  hasMethods(candidate, 'describeCluster', 'fetchOffsets', 'fetchTopicOffsets', 'disconnect', 'on');

const isKafka = (candidate: unknown): candidate is Kafka => hasMethods(candidate, 'admin', 'producer', 'consumer');

/** A client or a server of another transport has `unwrap` too. The transport is known only after it has connected. */
const isNestKafka = (candidate: unknown): candidate is NestKafka => hasMethods(candidate, 'unwrap');

const isConsumer = (candidate: unknown): candidate is KafkaConsumer =>
  hasMethods(candidate, 'on', 'subscribe', 'run') &&
  hasMethods(Reflect.get(candidate, 'events')) &&
  'GROUP_JOIN' in (Reflect.get(candidate, 'events') as object);

function isServerHolder(candidate: unknown): candidate is NestKafkaHolder {
  if (!hasMethods(candidate) || !('server' in candidate)) return false;
  const { server } = candidate;
  return server === undefined || server === null || isNestKafka(server);
}

function isConsumerHolder(candidate: unknown): candidate is KafkaConsumerHolder {
  if (!hasMethods(candidate) || !('consumer' in candidate)) return false;
  const consumer = consumerOf(candidate);
  return consumer === undefined || isConsumer(consumer);
}

function consumerOf(holder: object): unknown {
  try {
    return (holder as KafkaConsumerHolder).consumer ?? undefined;
  } catch {
    return undefined;
  }
}

function unwrapped(nest: NestKafka | null | undefined): readonly unknown[] {
  try {
    return [nest?.unwrap()].flat();
  } catch {
    return [];
  }
}
