import { hasMethods } from '../../core/has-methods.js';
import type { HealthStore } from '../health-store.js';
import { storeOf } from '../store-of.js';
import { type StoreOptions, readStoreOptions } from '../store-options.js';
import { ConnectingBackend } from './connecting-backend.js';
import { NatsBackend } from './nats-backend.js';
import { type NatsStoreClient, isNatsStoreClient } from './nats-store-client.js';

/** Options of `natsStore()`. */
export interface NatsStoreOptions extends StoreOptions {
  /**
   * The application's own connection of `@nats-io/transport-node`, or of the older package `nats`, or the promise of one: then a
   * server that is unavailable does not delay the start of the application. Required.
   *
   * @example
   * { client: connect({ servers: 'nats:4222', waitOnFirstConnect: true, maxReconnectAttempts: -1 }) }
   */
  readonly client: NatsStoreClient | Promise<NatsStoreClient>;
}

const EXPECTED = 'a connection of @nats-io/transport-node or nats, or the promise of one';
const isAccepted = (candidate: unknown): boolean => isNatsStoreClient(candidate) || hasMethods(candidate, 'then');

/**
 * Creates a store in a bucket of JetStream, of NATS 2.9 or later, through the application's own connection. The namespace is the name
 * of the bucket, which is created if it does not exist; `.` and `:` become `_`. Throws a `HealthConfigurationError` for a malformed
 * option. The store writes nothing before it is used.
 *
 * @example
 * const store = natsStore({ client: await connect({ servers: 'nats:4222' }) });
 */
export function natsStore(options: NatsStoreOptions): HealthStore {
  const { client, namespace, timeout } = readStoreOptions('natsStore()', options, isAccepted, EXPECTED);
  const bucket = namespace.replaceAll(/[.:]/g, '_');
  const connect = (connected: NatsStoreClient): NatsBackend => new NatsBackend(connected, bucket, timeout);
  return storeOf('then' in client ? new ConnectingBackend(client, connect) : connect(client), timeout);
}
