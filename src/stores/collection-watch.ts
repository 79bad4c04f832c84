import { linkedAbort, sleep } from '../core/async.js';
import { HealthCheckError } from '../errors/health-check.error.js';
import { EntryTable } from './entry-table.js';
import { Expiries } from './expiries.js';
import { IgnoredEntries } from './ignored-entries.js';
import { ObserverList } from './observer-list.js';
import type { CollectionSink, SnapshotEntry, StoreBackend } from './store-backend.js';
import { storeError } from './store-error.js';
import type { StoreObserver } from './health-store.js';

/** Milliseconds before the next connection. Each failure doubles them. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;

/** Follows one collection for all its observers, with one subscription, and connects again when the connection is lost. */
export class CollectionWatch {
  readonly #backend: StoreBackend;
  readonly #collection: string;
  readonly #observers = new ObserverList();
  readonly #table = new EntryTable();
  readonly #expiries = new Expiries((name) => this.#remove(name));
  readonly #ignored = new IgnoredEntries((name, reason) => this.#notifyFirstIgnored(name, reason));
  readonly #closing = new AbortController();
  #isConnected = false;
  #failure: HealthCheckError | undefined;
  #failures = 0;

  constructor(backend: StoreBackend, collection: string) {
    this.#backend = backend;
    this.#collection = collection;
    void this.#followUntilClosed();
  }

  get isUnused(): boolean {
    return this.#observers.isEmpty;
  }

  /** `start`: the beginning of the names that the observer receives. */
  add(start: string, observer: StoreObserver): () => void {
    const added = this.#observers.add(`${this.#collection}/`, start, observer);
    // Not before `watch()` has returned. An observer that joins later receives the entries from memory.
    queueMicrotask(() => {
      if (this.#isConnected) {
        added.notify('connected');
        added.notifySnapshot(this.#table.entries);
        if (this.#ignored.reasons.size > 0) added.notifyIgnored(this.#ignored.reasons);
      } else if (this.#failure) {
        added.notify('disconnected', this.#failure);
      }
      added.isReady = true;
    });
    return () => this.#observers.remove(added);
  }

  close(): void {
    this.#closing.abort();
    this.#expiries.clear();
  }

  async #followUntilClosed(): Promise<void> {
    const closed = this.#closing.signal;
    while (!closed.aborted) {
      const error = await this.#follow();
      if (closed.aborted) return;
      this.#disconnect(error);
      await sleep(this.#nextPause(), closed);
    }
  }

  /** Resolves to the reason for which it ended. */
  async #follow(): Promise<unknown> {
    const { signal, abort, release } = linkedAbort(this.#closing.signal);
    try {
      await this.#backend.follow(this.#collection, this.#sinkUntil(signal), signal);
      return new HealthCheckError('the subscription has ended');
    } catch (error) {
      return this.#backend.explain?.(error) ?? error;
    } finally {
      release();
      abort();
    }
  }

  /** Ignores everything that arrives after the end of the connection. */
  #sinkUntil(ended: AbortSignal): CollectionSink {
    return {
      snapshot: (entries) => void (ended.aborted || this.#snapshot(entries)),
      put: (name, value, expiresIn) => void (ended.aborted || this.#put(name, value, expiresIn)),
      remove: (name) => void (ended.aborted || this.#remove(name)),
    };
  }

  #snapshot(entries: ReadonlyMap<string, SnapshotEntry>): void {
    const wasConnected = this.#isConnected;
    const before = new Map(wasConnected ? this.#table.entries : []);
    const { vanished, ignored } = this.#table.replace(entries, (name, value) => this.#observers.trust(name, value));
    this.#expiries.clear();
    for (const name of this.#table.entries.keys()) this.#expiries.set(name, entries.get(name)?.expiresIn);
    this.#isConnected = true;
    this.#failure = undefined;
    this.#failures = 0;
    if (!wasConnected) this.#observers.notify('connected');
    for (const name of vanished) this.#observers.notifyRemoved(name);
    if (!wasConnected) {
      this.#observers.notifySnapshot(this.#table.entries);
    } else {
      for (const [name, value] of this.#table.entries) {
        if (before.get(name) !== value) this.#observers.notifyPut(name, value);
      }
    }
    const hasChanged = this.#ignored.replace(ignored);
    for (const name of this.#ignored.reasons.keys()) this.#expiries.set(name, entries.get(name)?.expiresIn);
    if (hasChanged) this.#notifyIgnored();
  }

  #put(name: string, value: string, expiresIn: number | undefined): void {
    const reason = this.#table.set(name, value, this.#observers.trust(name, value));
    if (reason !== undefined) return this.#ignore(name, reason, expiresIn);
    this.#expiries.set(name, expiresIn);
    this.#observers.notifyPut(name, value);
    if (this.#ignored.delete(name)) this.#notifyIgnored();
  }

  #ignore(name: string, reason: string, expiresIn: number | undefined): void {
    const { isKept, isNew } = this.#ignored.add(name, reason);
    if (isKept) this.#expiries.set(name, expiresIn);
    if (isNew) this.#notifyIgnored();
  }

  #remove(name: string): void {
    this.#expiries.delete(name);
    if (this.#table.delete(name)) this.#observers.notifyRemoved(name);
    if (this.#ignored.delete(name)) this.#notifyIgnored();
  }

  #disconnect(error: unknown): void {
    // While the store is unavailable, a write that does not arrive is no expiry. The next snapshot shows which entries have expired.
    this.#expiries.clear();
    const failure = storeError(this.#backend.name, `following "${this.#collection}/"`, error);
    const isNew = this.#isConnected || failure.message !== this.#failure?.message;
    this.#isConnected = false;
    this.#failure = failure;
    if (isNew) this.#observers.notify('disconnected', failure);
  }

  #notifyIgnored(): void {
    this.#observers.notifyIgnored(this.#ignored.reasons);
  }

  #notifyFirstIgnored(name: string, reason: string): void {
    const text = `${this.#backend.name}: "${this.#collection}/${name}" is ignored: ${reason}`;
    this.#observers.notify('failed', new HealthCheckError(text));
  }

  /** Random, so that processes that lost the same store do not connect together. */
  #nextPause(): number {
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE);
    this.#failures += 1;
    return pause * (0.75 + Math.random() / 4);
  }
}
