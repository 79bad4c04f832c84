import { type EtcdLeaseClient, etcdCall, isMissing, keepAlive } from '../../clients/etcd/etcd-calls.js';
import { hasMethods } from '../../clients/has-methods.js';

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

/** A key of etcd with a lease of its own, which each write extends. The key vanishes with the lease. */
export class LeasedKey {
  readonly #client: EtcdPublishingClient;
  readonly #key: Buffer;
  readonly #seconds: number;
  /** Undefined: there is no lease. */
  #lease: string | undefined;

  /** `ttl`: milliseconds. */
  constructor(client: EtcdPublishingClient, key: string, ttl: number) {
    this.#client = client;
    this.#key = Buffer.from(key);
    this.#seconds = Math.ceil(ttl / 1000);
  }

  /** Writes the value also if it has not changed, because another tool may have removed the key. */
  async write(value: string, signal: AbortSignal): Promise<void> {
    if (this.#lease !== undefined && (await this.#putAgain(this.#lease, value, signal))) return;
    this.#lease = undefined;
    const { leaseClient } = this.#client;
    const { ID } = await etcdCall(signal, (options) => leaseClient.leaseGrant({ TTL: this.#seconds }, options));
    this.#lease = ID;
    await this.#put(ID, value, signal);
  }

  /** Ends the lease, which removes the key, unless another instance has written it since. */
  async remove(signal: AbortSignal): Promise<void> {
    const ID = this.#lease;
    if (ID === undefined) return;
    try {
      await etcdCall(signal, (options) => this.#client.leaseClient.leaseRevoke({ ID }, options));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    this.#lease = undefined;
  }

  /** Resolves to false if the server does not have the lease any more. */
  async #putAgain(lease: string, value: string, signal: AbortSignal): Promise<boolean> {
    if ((await keepAlive(this.#client.leaseClient, lease, signal)) <= 0) return false;
    try {
      await this.#put(lease, value, signal);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async #put(lease: string, value: string, signal: AbortSignal): Promise<void> {
    const request = { key: this.#key, value: Buffer.from(value), lease };
    await etcdCall(signal, (options) => this.#client.kv.put(request, options));
  }
}
