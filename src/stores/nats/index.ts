export { natsStore } from './nats-store.js';
export type { NatsStoreOptions } from './nats-store.js';
export type { NatsStoreClient } from './nats-store-client.js';
export { storeKey, storeKeyParts } from '../store-key.js';
export type { StoreOptions } from '../store-options.js';
export type { HealthStore, StoreCall, StoreClaim, StoreLease, StoreObserver, StorePut } from '../health-store.js';
