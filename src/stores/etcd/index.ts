export { etcdStore } from './etcd-store.js';
export type { EtcdStoreOptions } from './etcd-store.js';
export type { EtcdStoreClient } from './etcd-store-client.js';
export { storeKey, storeKeyParts } from '../store-key.js';
export type { StoreOptions } from '../store-options.js';
export type { HealthStore, StoreCall, StoreClaim, StoreLease, StoreObserver, StorePut } from '../health-store.js';
