export { consulStore } from './consul-store.js';
export type { ConsulStoreOptions } from './consul-store.js';
export { storeKey, storeKeyParts } from '../store-key.js';
export type { StoreOptions } from '../store-options.js';
export type { HealthStore, StoreCall, StoreClaim, StoreLease, StoreObserver, StorePut } from '../health-store.js';
