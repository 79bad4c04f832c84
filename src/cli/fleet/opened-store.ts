import type { HealthStore } from '../../stores/health-store.js';
import type { StoreAddress } from './store-address.js';

/** The part of a store that an observer needs. */
export type ObservedStore = Pick<HealthStore, 'name' | 'watch'>;

export interface OpenedStore {
  readonly store: ObservedStore;
  /** Ends all connections. */
  readonly close: () => void;
}

/** Receives the errors of a client: the store itself reports only that it is not connected. */
export type OnError = (error: unknown) => void;

/** The options of a store except for its client. */
export interface Namespace {
  readonly namespace?: string;
}

/** Opens a store with a client of its own. */
export type OpenStore = (address: StoreAddress, options: Namespace, onError: OnError) => OpenedStore;

/** Milliseconds between two attempts to connect. */
export const PAUSE = 1000;
/** Redis refuses a name with spaces. */
export const CLIENT_NAME = 'nest-vitals-fleet';
