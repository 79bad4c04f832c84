import { EntryLease } from '../../clients/etcd/entry-lease.js';
import type { EtcdStoreClient } from './etcd-store-client.js';

/** Above this number of leases, the expired ones are forgotten. */
const CLEANUP_ABOVE = 1000;
/** A lease is longer than the lifetime of its entry by this factor, so that most writes need no second call that extends it. */
const RESERVE = 1.1;

/** The leases of the entries that this process has written, one for each entry that expires. */
export class EntryLeases {
  readonly #client: EtcdStoreClient;
  readonly #leases = new Map<string, EntryLease>();

  constructor(client: EtcdStoreClient) {
    this.#client = client;
  }

  /**
   * Writes an entry by `put`, which receives the id of a lease. The lease ends no earlier than `expiresIn` (milliseconds) after
   * this write.
   */
  async write(
    key: string,
    expiresIn: number,
    signal: AbortSignal,
    put: (lease: string) => Promise<unknown>,
  ): Promise<void> {
    await this.#leaseOf(key, Math.ceil((RESERVE * expiresIn) / 1000)).write(expiresIn, signal, put);
  }

  /** The lease of an entry that was removed or made permanent expires by itself. */
  forget(key: string): void {
    this.#leases.delete(key);
  }

  #leaseOf(key: string, seconds: number): EntryLease {
    const known = this.#leases.get(key);
    if (known?.seconds === seconds) return known;
    if (this.#leases.size >= CLEANUP_ABOVE) this.#forgetExpired();
    const lease = new EntryLease(this.#client.leaseClient, seconds);
    this.#leases.set(key, lease);
    return lease;
  }

  #forgetExpired(): void {
    for (const [key, lease] of this.#leases) if (lease.isExpired) this.#leases.delete(key);
  }
}
