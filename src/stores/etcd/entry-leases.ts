import { elapsed } from '../../core/moment.js';
import { etcdCall, isMissing, keepAlive } from '../../clients/etcd/etcd-calls.js';
import type { EtcdStoreClient } from './etcd-store-client.js';

interface EntryLease {
  readonly id: string;
  readonly seconds: number;
  /** Monotonic milliseconds. */
  validUntil: number;
}

/** Above this number, leases that have expired are forgotten. */
const MANY = 1000;
/** A lease lasts longer than its entry must, by this factor. So most writes need not extend it, which is a call of its own. */
const RESERVE = 1.1;

/** The leases of the entries that this process has written: each entry that expires has one, which its writes extend in time. */
export class EntryLeases {
  readonly #client: EtcdStoreClient;
  readonly #leases = new Map<string, EntryLease>();

  constructor(client: EtcdStoreClient) {
    this.#client = client;
  }

  /**
   * Writes an entry with a lease of its own, which ends no earlier than `expiresIn` (milliseconds) after this write. A lease
   * that the server does not have any more is replaced. `put` gets the id of the lease.
   */
  async write(
    key: string,
    expiresIn: number,
    signal: AbortSignal,
    put: (lease: string) => Promise<unknown>,
  ): Promise<void> {
    const seconds = Math.ceil((RESERVE * expiresIn) / 1000);
    const known = this.#leases.get(key);
    const isExtended = known?.seconds === seconds && (lasts(known, expiresIn) || (await this.#extend(known, signal)));
    if (isExtended) {
      try {
        await put(known.id);
        return;
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    this.#leases.delete(key);
    const sentAt = elapsed();
    const { ID } = await etcdCall(signal, (options) => this.#client.leaseClient.leaseGrant({ TTL: seconds }, options));
    if (this.#leases.size >= MANY) this.#forgetExpired();
    this.#leases.set(key, { id: ID, seconds, validUntil: sentAt + seconds * 1000 });
    await put(ID);
  }

  /** The lease of an entry that was removed or made permanent expires by itself. */
  forget(key: string): void {
    this.#leases.delete(key);
  }

  async #extend(lease: EntryLease, signal: AbortSignal): Promise<boolean> {
    const sentAt = elapsed();
    const seconds = await keepAlive(this.#client.leaseClient, lease.id, signal);
    lease.validUntil = sentAt + seconds * 1000;
    return seconds > 0;
  }

  #forgetExpired(): void {
    for (const [key, { validUntil }] of this.#leases) if (validUntil < elapsed()) this.#leases.delete(key);
  }
}

function lasts({ validUntil }: EntryLease, milliseconds: number): boolean {
  return validUntil - elapsed() >= milliseconds;
}
