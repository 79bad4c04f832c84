import type { HealthStore } from '../health-store.js';
import { storeOf } from '../store-of.js';
import { type StoreOptions, readStoreOptions } from '../store-options.js';
import { EtcdBackend } from './etcd-backend.js';
import { type EtcdStoreClient, isEtcdStoreClient } from './etcd-store-client.js';

/** Options of `etcdStore()`. */
export interface EtcdStoreOptions extends StoreOptions {
  /** The application's own `Etcd3` client of the package `etcd3`. Required. */
  readonly client: EtcdStoreClient;
}

/**
 * Creates a store in etcd 3.4 or later, through the application's own client. Throws a `HealthConfigurationError` for a malformed
 * option. The store writes nothing and connects nothing before it is used.
 *
 * @example
 * const store = etcdStore({ client: new Etcd3({ hosts: 'http://etcd:2379' }) });
 */
export function etcdStore(options: EtcdStoreOptions): HealthStore {
  const expected = 'an Etcd3 client';
  const { client, namespace, timeout } = readStoreOptions('etcdStore()', options, isEtcdStoreClient, expected);
  return storeOf(new EtcdBackend(client, namespace, timeout), timeout);
}
