export { memoryStore } from './memory-store.js';
export type { MemoryStore, MemoryStoreOptions } from './memory-store.js';
export { storeKey, storeKeyParts } from '../store-key.js';
export type { HealthStore, StoreCall, StoreClaim, StoreLease, StoreObserver, StorePut } from '../health-store.js';
