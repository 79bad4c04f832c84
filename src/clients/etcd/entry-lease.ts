import { elapsed } from '../../core/moment.js';
import { type EtcdLeaseClient, etcdCall, isMissing, keepAlive } from './etcd-calls.js';

/** The lease of one entry, which the writes of the entry extend. The server removes the entry with its lease. */
export class EntryLease {
  readonly #client: EtcdLeaseClient;
  /** The time to live that is requested from the server. */
  readonly seconds: number;
  /** Undefined: there is no lease. */
  #id: string | undefined;
  /** Monotonic milliseconds. */
  #validUntil = -Infinity;

  constructor(client: EtcdLeaseClient, seconds: number) {
    this.#client = client;
    this.seconds = seconds;
  }

  get isExpired(): boolean {
    return this.#validUntil < elapsed();
  }

  /**
   * Writes the entry by `put`, which receives the id of the lease. The lease ends no earlier than `expiresIn` (milliseconds)
   * after this write: if necessary, it is extended, or granted again if the server no longer has it.
   */
  async write(expiresIn: number, signal: AbortSignal, put: (lease: string) => Promise<unknown>): Promise<void> {
    const known = this.#id;
    if (known !== undefined && (this.#lasts(expiresIn) || (await this.#extend(known, signal)))) {
      try {
        await put(known);
        return;
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    this.#id = undefined;
    await put(await this.#grant(signal));
  }

  /** Ends the lease, which removes the entry. */
  async revoke(signal: AbortSignal): Promise<void> {
    const ID = this.#id;
    if (ID === undefined) return;
    try {
      await etcdCall(signal, (options) => this.#client.leaseRevoke({ ID }, options));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    this.#id = undefined;
  }

  #lasts(milliseconds: number): boolean {
    return this.#validUntil - elapsed() >= milliseconds;
  }

  async #grant(signal: AbortSignal): Promise<string> {
    const sentAt = elapsed();
    const { ID } = await etcdCall(signal, (options) => this.#client.leaseGrant({ TTL: this.seconds }, options));
    this.#validUntil = sentAt + this.seconds * 1000;
    this.#id = ID;
    return ID;
  }

  /** Resolves to false if the server does not have the lease any more. */
  async #extend(id: string, signal: AbortSignal): Promise<boolean> {
    const sentAt = elapsed();
    const seconds = await keepAlive(this.#client, id, signal);
    this.#validUntil = sentAt + seconds * 1000;
    return seconds > 0;
  }
}
