import { wrap } from '../envelope.js';
import { Lifetimes } from '../lifetimes.js';
import type { BackendEntry, BackendLease, CollectionSink, StoreBackend } from '../store-backend.js';
import { limited } from '../store-calls.js';
import { type StorePlace, isStoreKey } from '../store-key.js';
import type { ConsulApi } from './consul-api.js';
import { followConsulKeys } from './follow-consul-keys.js';

/** The name of no collection contains "@", so leases and entries have different keys. */
const LEASES = '@leases';
/** After a session has expired, Consul refuses its key for this time. By its own clock, the owner has stopped before. */
const LOCK_DELAY = '1s';

export class ConsulBackend implements StoreBackend {
  readonly name = 'Consul';
  /** Milliseconds. The shortest TTL of a session. */
  readonly shortestLease = 10_000;
  readonly #api: ConsulApi;
  readonly #namespace: string;
  readonly #timeout: number;
  readonly #lifetimes = new Map<string, Lifetimes>();
  #writes = Date.now();

  /** `timeout`: milliseconds. */
  constructor(api: ConsulApi, namespace: string, timeout: number) {
    this.#api = api;
    this.#namespace = namespace;
    this.#timeout = timeout;
  }

  async put({ collection, name, value, expiresIn }: BackendEntry, signal: AbortSignal): Promise<void> {
    // Consul ignores a write that changes nothing. New flags make each write a change, so that watches receive it.
    this.#writes += 1;
    const key = `${this.#prefixOf(collection)}${name}`;
    await this.#api.write(key, wrap(value, expiresIn), { flags: `${this.#writes}` }, signal);
  }

  async remove({ collection, name }: StorePlace, signal: AbortSignal): Promise<void> {
    await this.#api.delete(`${this.#prefixOf(collection)}${name}`, {}, signal);
  }

  async follow(collection: string, sink: CollectionSink, signal: AbortSignal): Promise<void> {
    const prefix = this.#prefixOf(collection);
    const discard = async (name: string, index: number): Promise<void> => {
      // A key of another program may contain a character or a segment that addresses another key in a URL.
      if (!isStoreKey(`${collection}/${name}`)) return;
      await limited(this.#timeout, undefined, (limit) =>
        this.#api.delete(`${prefix}${name}`, { cas: `${index}` }, limit),
      );
    };
    const lifetimes = this.#lifetimes.get(collection) ?? new Lifetimes(discard);
    this.#lifetimes.set(collection, lifetimes);
    const stopDiscarding = lifetimes.startDiscarding();
    try {
      await followConsulKeys(this.#api, prefix, lifetimes, sink, this.#timeout, signal);
    } finally {
      stopDiscarding();
      // Without an abort, the collection is followed again with the same lifetimes.
      if (signal.aborted) this.#lifetimes.delete(collection);
    }
  }

  /** A session holds the key. When the session ends, Consul deletes the key. */
  async claim(
    { collection, name }: StorePlace,
    owner: string,
    expiresIn: number,
    signal: AbortSignal,
  ): Promise<BackendLease | undefined> {
    const api = this.#api;
    const key = `${this.#namespace}/${LEASES}/${collection}/${name}`;
    const holder = async (abandoned: AbortSignal): Promise<string | undefined> =>
      (await api.read(key, {}, abandoned)).entries[0]?.Session;
    // Without this request each attempt to take a lease would create a session.
    if ((await holder(signal)) !== undefined) return undefined;
    const id = await api.createSession(
      {
        Name: `nest-vitals ${collection}/${name}`,
        TTL: `${Math.ceil(expiresIn / 1000)}s`,
        Behavior: 'delete',
        LockDelay: LOCK_DELAY,
        // Only the TTL ends the session, not the health of the node of the agent.
        NodeChecks: [],
      },
      signal,
    );
    if (!(await api.write(key, owner, { acquire: id }, signal))) {
      await api.destroySession(id, signal);
      return undefined;
    }
    return {
      renew: async (abandoned) => (await api.renewSession(id, abandoned)) && (await holder(abandoned)) === id,
      release: async (abandoned) => {
        // A released key has no lock delay. A key whose session ends has one.
        await api.write(key, owner, { release: id }, abandoned);
        await api.destroySession(id, abandoned);
      },
    };
  }

  #prefixOf(collection: string): string {
    return `${this.#namespace}/${collection}/`;
  }
}
