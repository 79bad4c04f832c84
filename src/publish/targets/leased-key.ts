import { EntryLease } from '../../clients/etcd/entry-lease.js';
import { type EtcdLeaseClient, etcdCall } from '../../clients/etcd/etcd-calls.js';
import { hasMethods } from '../../core/has-methods.js';

/** The used part of an `Etcd3` client: the calls that accept options of gRPC, so that they can be cancelled. */
export interface EtcdPublishingClient {
  readonly kv: { put(request: { key: Buffer; value: Buffer; lease: string }, options?: object): Promise<unknown> };
  readonly leaseClient: EtcdLeaseClient;
}

export function isEtcdPublishingClient(candidate: unknown): candidate is EtcdPublishingClient {
  return (
    hasMethods(candidate) &&
    hasMethods(Reflect.get(candidate, 'kv'), 'put') &&
    hasMethods(Reflect.get(candidate, 'leaseClient'), 'leaseGrant', 'leaseRevoke', 'leaseKeepAlive')
  );
}

/** A key of etcd with a lease of its own. The server removes the key with the lease. */
export class LeasedKey {
  readonly #client: EtcdPublishingClient;
  readonly #key: Buffer;
  readonly #ttl: number;
  readonly #lease: EntryLease;

  /** `ttl`: milliseconds. */
  constructor(client: EtcdPublishingClient, key: string, ttl: number) {
    this.#client = client;
    this.#key = Buffer.from(key);
    this.#ttl = ttl;
    this.#lease = new EntryLease(client.leaseClient, Math.ceil(ttl / 1000));
  }

  /** Writes the value also if it has not changed, because another tool may have removed the key. */
  async write(value: string, signal: AbortSignal): Promise<void> {
    await this.#lease.write(this.#ttl, signal, (lease) => {
      const request = { key: this.#key, value: Buffer.from(value), lease };
      return etcdCall(signal, (options) => this.#client.kv.put(request, options));
    });
  }

  /** Removes the key, unless another instance has written it since. */
  async remove(signal: AbortSignal): Promise<void> {
    await this.#lease.revoke(signal);
  }
}
