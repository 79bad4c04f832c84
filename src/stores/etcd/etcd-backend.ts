import { randomUUID } from 'node:crypto';
import type { BackendEntry, BackendLease, CollectionSink, StoreBackend } from '../store-backend.js';
import type { StorePlace } from '../store-key.js';
import { EntryLeases } from './entry-leases.js';
import { EtcdCallError, etcdCall, keepAlive } from '../../clients/etcd/etcd-calls.js';
import type { EtcdStoreClient } from './etcd-store-client.js';
import { followEtcdKeys } from './follow-etcd-keys.js';

const NOT_PERMITTED = 'the user is not permitted to use the keys of the store: see docs/stores.md';
/** The name of no collection contains "@", so leases and entries have different keys. */
const LEASES = '@leases';

export class EtcdBackend implements StoreBackend {
  readonly name = 'etcd';
  /** Milliseconds. The shortest lease of a server with the default settings. */
  readonly shortestLease = 2000;
  readonly #client: EtcdStoreClient;
  readonly #namespace: string;
  readonly #timeout: number;
  readonly #leases: EntryLeases;

  /** `timeout`: milliseconds. */
  constructor(client: EtcdStoreClient, namespace: string, timeout: number) {
    this.#client = client;
    this.#namespace = namespace;
    this.#timeout = timeout;
    this.#leases = new EntryLeases(client);
  }

  async put({ collection, name, value, expiresIn }: BackendEntry, signal: AbortSignal): Promise<void> {
    const key = `${this.#namespace}/${collection}/${name}`;
    const put = (lease?: string): Promise<unknown> =>
      etcdCall(signal, (options) =>
        this.#client.kv.put(
          { key: Buffer.from(key), value: Buffer.from(value), ...(lease !== undefined && { lease }) },
          options,
        ),
      );
    if (expiresIn !== undefined) return this.#leases.write(key, expiresIn, signal, put);
    await put();
    this.#leases.forget(key);
  }

  async remove({ collection, name }: StorePlace, signal: AbortSignal): Promise<void> {
    const key = `${this.#namespace}/${collection}/${name}`;
    await etcdCall(signal, (options) => this.#client.kv.deleteRange({ key: Buffer.from(key) }, options));
    this.#leases.forget(key);
  }

  follow(collection: string, sink: CollectionSink, signal: AbortSignal): Promise<void> {
    return followEtcdKeys(this.#client, `${this.#namespace}/${collection}/`, sink, this.#timeout, signal);
  }

  /** The server removes the entry with the lease of etcd. The token in the entry shows that no other tool has replaced it. */
  async claim(
    { collection, name }: StorePlace,
    owner: string,
    expiresIn: number,
    signal: AbortSignal,
  ): Promise<BackendLease | undefined> {
    const { kv, leaseClient } = this.#client;
    const key = Buffer.from(`${this.#namespace}/${LEASES}/${collection}/${name}`);
    const token = Buffer.from(`${randomUUID()} ${owner}`);
    const { kvs } = await etcdCall(signal, (options) => kv.range({ key }, options));
    // Without this request each attempt to take a lease would write to the log of the cluster.
    if (kvs.length > 0) return undefined;
    const TTL = Math.ceil(expiresIn / 1000);
    const { ID } = await etcdCall(signal, (options) => leaseClient.leaseGrant({ TTL }, options));
    const revoke = (abandoned: AbortSignal): Promise<unknown> =>
      etcdCall(abandoned, (options) => leaseClient.leaseRevoke({ ID }, options));
    const { succeeded } = await etcdCall(signal, (options) =>
      kv.txn(
        {
          compare: [{ key, target: 'Create', result: 'Equal', create_revision: 0 }],
          success: [{ request_put: { key, value: token, lease: ID } }],
        },
        options,
      ),
    );
    if (!succeeded) {
      await revoke(signal);
      return undefined;
    }
    const isOurs = async (abandoned: AbortSignal): Promise<boolean> => {
      const found = await etcdCall(abandoned, (options) => kv.range({ key }, options));
      return found.kvs[0]?.value.equals(token) ?? false;
    };
    return {
      renew: async (abandoned) => (await keepAlive(this.#client.leaseClient, ID, abandoned)) > 0 && isOurs(abandoned),
      release: async (abandoned) => {
        await revoke(abandoned);
      },
    };
  }

  explain(error: unknown): unknown {
    return error instanceof EtcdCallError ? error.explain(NOT_PERMITTED) : error;
  }
}
