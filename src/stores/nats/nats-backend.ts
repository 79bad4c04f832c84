import type { BackendEntry, BackendLease, CollectionSink, StoreBackend } from '../store-backend.js';
import type { StorePlace } from '../store-key.js';
import { wrap } from '../envelope.js';
import { Lifetimes } from '../lifetimes.js';
import { limited } from '../store-calls.js';
import { followBucket } from './follow-bucket.js';
import type { NatsStoreClient } from './nats-store-client.js';
import { NatsLeases } from './nats-leases.js';
import { NatsLink, explainBucketError } from './nats-link.js';
import { entrySubject } from './subjects.js';

export class NatsBackend implements StoreBackend {
  readonly name = 'NATS';
  readonly #link: NatsLink;
  readonly #leases: NatsLeases;
  readonly #timeout: number;
  readonly #lifetimes = new Map<string, Lifetimes>();

  /** `timeout`: milliseconds. */
  constructor(client: NatsStoreClient, bucket: string, timeout: number) {
    this.#link = new NatsLink(client, bucket, timeout);
    this.#leases = new NatsLeases(this.#link);
    this.#timeout = timeout;
  }

  async put(entry: BackendEntry, signal: AbortSignal): Promise<void> {
    await this.#link.store(
      entrySubject(this.#link.bucket, entry),
      wrap(entry.value, entry.expiresIn),
      undefined,
      signal,
    );
  }

  /** Stores a marker, so that watches are notified. They discard it later. */
  async remove(place: StorePlace, signal: AbortSignal): Promise<void> {
    await this.#link.store(entrySubject(this.#link.bucket, place), '', { 'KV-Operation': 'DEL' }, signal);
  }

  async follow(collection: string, sink: CollectionSink, signal: AbortSignal): Promise<void> {
    const lifetimes = this.#lifetimes.get(collection) ?? new Lifetimes(this.#discardIn(collection));
    this.#lifetimes.set(collection, lifetimes);
    try {
      await followBucket(this.#link, collection, lifetimes, sink, this.#timeout, signal);
    } finally {
      // Without an abort, the collection is followed again with the same lifetimes.
      if (signal.aborted) this.#lifetimes.delete(collection);
    }
  }

  claim(place: StorePlace, owner: string, expiresIn: number, signal: AbortSignal): Promise<BackendLease | undefined> {
    return this.#leases.claim(place, owner, expiresIn, signal);
  }

  #discardIn(collection: string): (name: string, sequence: number) => Promise<unknown> {
    const { bucket, stream } = this.#link;
    return (name, sequence) => {
      const body = { filter: entrySubject(bucket, { collection, name }), seq: sequence + 1 };
      return limited(this.#timeout, undefined, (limit) => this.#link.api(`STREAM.PURGE.${stream}`, body, limit));
    };
  }

  explain(error: unknown): unknown {
    return explainBucketError(error);
  }
}
