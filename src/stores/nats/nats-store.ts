import type { HealthStore } from '../health-store.js';
import { storeOf } from '../store-of.js';
import { type StoreOptions, readStoreOptions } from '../store-options.js';
import { NatsBackend } from './nats-backend.js';
import { type NatsStoreClient, isNatsStoreClient } from './nats-client.js';

/** Options of `natsStore()`. */
export interface NatsStoreOptions extends StoreOptions {
  /** The application's own connection of `@nats-io/transport-node`, or of the older package `nats`. Required. */
  readonly client: NatsStoreClient;
}

const EXPECTED = 'a connection of @nats-io/transport-node or nats';

/**
 * Creates a store in a bucket of JetStream, of NATS 2.9 or later, through the application's own connection. The namespace is the name
 * of the bucket, which is created if it does not exist; `.` and `:` become `_`. Throws a `HealthConfigurationError` for a malformed
 * option. The store writes nothing before it is used.
 *
 * @example
 * const store = natsStore({ client: await connect({ servers: 'nats:4222' }) });
 */
export function natsStore(options: NatsStoreOptions): HealthStore {
  const { client, namespace, timeout } = readStoreOptions('natsStore()', options, isNatsStoreClient, EXPECTED);
  return storeOf(new NatsBackend(client, namespace.replaceAll(/[.:]/g, '_'), timeout), timeout);
}
