import type { HealthCheckError } from '../errors/health-check.error.js';

/** The terms of one operation of a {@link HealthStore}. */
export interface StoreCall {
  /** Ends the operation early: the promise rejects with the reason of the signal. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** The terms of `put()` of a {@link HealthStore}. */
export interface StorePut extends StoreCall {
  /**
   * Milliseconds after which the entry is removed unless it is written again, from 1000 to 86,400,000 (a day). Default: the
   * entry does not expire.
   */
  readonly expiresIn?: number | undefined;
}

/** The terms of `claim()` of a {@link HealthStore}. */
export interface StoreClaim extends StoreCall {
  /** Milliseconds after which the lease ends unless it is renewed, from 1000 to 86,400,000 (a day). Required. */
  readonly expiresIn: number;
}

/**
 * A store that several processes share: the fleet, sources of options, leases. It works through the application's own client.
 *
 * A key is a path of at least two segments, such as `fleet/orders/7f3a`. The first segment is the collection: a watch follows
 * one collection. `storeKey()` makes a key of any texts. A value is a text of at most 65,536 bytes.
 *
 * Each operation settles within the `timeout` of the store. It rejects with a `HealthCheckError`, whose message contains no
 * secret, or with the reason of its signal. An operation that was rejected may still take effect if it had been sent.
 */
export interface HealthStore {
  /** The kind of store in messages, such as `Redis`. */
  readonly name: string;
  /**
   * True while the application has not connected the client yet and the next operation would connect it, such as a client of
   * `ioredis` with `lazyConnect`. Default: false.
   */
  readonly isUnconnected?: boolean;
  /** Writes an entry. */
  put(key: string, value: string, options?: StorePut): Promise<void>;
  /** Removes an entry. An entry that does not exist is no error. */
  remove(key: string, options?: StoreCall): Promise<void>;
  /**
   * Follows the entries whose keys begin with `prefix`: a collection and a slash, such as `fleet/`, and as much more of the
   * keys as wanted. All watches of one collection share one subscription. Call the returned function to end the watch: the
   * observer is not called after that. Throws a `HealthConfigurationError` for a malformed prefix, and never for a store that
   * is unavailable.
   */
  watch(prefix: string, observer: StoreObserver): () => void;
  /**
   * Takes the lease of a key, for one owner at a time. Resolves to undefined while another lease of this key is valid, also one
   * of the same owner. Leases and entries do not affect each other. `owner` is stored for people.
   */
  claim(key: string, owner: string, options: StoreClaim): Promise<StoreLease | undefined>;
}

/**
 * Receives the entries of a watch. The order is: `disconnected` or `connected`; after `connected`, `removed` for each entry that
 * vanished while the store was unavailable, then `snapshot`, then `put` and `removed` for each change, until `disconnected`.
 *
 * The methods are called synchronously and must return soon. An error that one of them throws goes to `failed`.
 */
export interface StoreObserver {
  /** All entries, by key. Called after each `connected`. It replaces everything that was known before. */
  snapshot(entries: ReadonlyMap<string, string>): void;
  /** An entry was written. The value may be the same as before. */
  put(key: string, value: string): void;
  /** An entry was removed or has expired. */
  removed(key: string): void;
  /** The store responds, and changes are received. Called once for each connection. */
  connected?(): void;
  /**
   * The store is unavailable: the known entries may be out of date. Called at the start if the first connection fails, when the
   * connection is lost, and again when the reason changes. The watch connects again by itself.
   */
  disconnected?(error: HealthCheckError): void;
  /**
   * An error that does not end the connection: an entry that is ignored, the first one of each reason, or an error that a method
   * of this observer threw.
   */
  failed?(error: HealthCheckError): void;
  /**
   * The entries that are ignored because they exceed a limit of the store, by key, with the reason of each. At most 1000.
   * Called when they change, with none when the last one is gone or has become small enough.
   */
  ignored?(entries: ReadonlyMap<string, string>): void;
  /**
   * Whether an entry of the collection is genuine, such as by its signature. Called for each entry before `snapshot` or `put`,
   * also for those with another prefix. Entries that no observer trusts cannot displace others: 100 of them are received, and
   * further ones are ignored. Default: every entry is trusted.
   */
  trusts?(key: string, value: string): boolean;
}

/**
 * A lease, which renews itself until it is released or lost. It is lost when another process holds it, when the store has lost
 * it, or when it could not be renewed in time. The time is counted by the clock of this process, from before each renewal is
 * sent, so the lease ends here before it ends in the store.
 */
export interface StoreLease {
  readonly key: string;
  readonly owner: string;
  /** Whether the lease is valid at this moment. */
  readonly isHeld: boolean;
  /**
   * Aborted when the lease is lost or released. After a loss its reason is a `HealthCheckError`. An error that a listener
   * throws is ignored.
   */
  readonly signal: AbortSignal;
  /** Renews the lease now. Resolves to whether it is still held. Never rejects. */
  renew(): Promise<boolean>;
  /** Gives the lease back, so that another owner can take it at once. Never rejects. */
  release(): Promise<void>;
}
