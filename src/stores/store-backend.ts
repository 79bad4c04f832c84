import type { StorePlace } from './store-key.js';

/** An entry to write. */
export interface BackendEntry extends StorePlace {
  readonly value: string;
  /** Milliseconds. Undefined: the entry does not expire. */
  readonly expiresIn: number | undefined;
}

/** An entry of a snapshot. */
export interface SnapshotEntry {
  readonly value: string;
  /** Milliseconds until the entry expires unless it is written again. Undefined: it does not expire, or the store reports its expiry. */
  readonly expiresIn?: number | undefined;
}

/** Receives the entries of one collection while it is followed. Names are keys without the collection. */
export interface CollectionSink {
  /** Everything that the collection contains. A later snapshot of the same connection reports only the differences. */
  snapshot(entries: ReadonlyMap<string, SnapshotEntry>): void;
  put(name: string, value: string, expiresIn?: number): void;
  remove(name: string): void;
}

/** A lease in the store. */
export interface BackendLease {
  /** Resolves to false if the lease is lost. */
  renew(signal: AbortSignal): Promise<boolean>;
  release(signal: AbortSignal): Promise<void>;
}

/**
 * The part that each kind of store implements. `storeOf()` adds the rest: the rules of keys and values, time limits, one subscription for
 * each collection, new connections, and leases that renew themselves. Every method ends soon after its signal is aborted.
 */
export interface StoreBackend {
  /** The kind of store in messages. */
  readonly name: string;
  /** The shortest `expiresIn` of a lease that the store supports, in milliseconds. Shorter ones are raised to it. Default: 0. */
  readonly shortestLease?: number;
  /** Whether the next operation would connect the client. Default: false. */
  readonly isUnconnected?: boolean;
  put(entry: BackendEntry, signal: AbortSignal): Promise<void>;
  remove(place: StorePlace, signal: AbortSignal): Promise<void>;
  /**
   * Follows a collection: a snapshot, then every change. Rejects when the connection is lost, or when a change may have been
   * missed. It is called again after a pause.
   */
  follow(collection: string, sink: CollectionSink, signal: AbortSignal): Promise<void>;
  /** Resolves to undefined while another lease of the same place is valid. `expiresIn`: milliseconds. */
  claim(place: StorePlace, owner: string, expiresIn: number, signal: AbortSignal): Promise<BackendLease | undefined>;
  /** Converts an error of the client: to a `HealthCheckError`, or to an error with a code of Node. Default: unchanged. */
  explain?(error: unknown): unknown;
}
