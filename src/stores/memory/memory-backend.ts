import { onAbort, raceAbort, sleep } from '../../core/async.js';
import { elapsed } from '../../core/moment.js';
import { HealthCheckTimeoutError } from '../../errors/health-check-timeout.error.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { Expiries } from '../expiries.js';
import type { BackendEntry, BackendLease, CollectionSink, StoreBackend } from '../store-backend.js';
import { limited } from '../store-calls.js';
import type { StorePlace } from '../store-key.js';

/** A fault that a test simulates. */
export type SimulatedFault = 'unavailable' | 'frozen';

/** One connection of a watch. */
interface Follower {
  readonly collection: string;
  readonly sink: CollectionSink;
  readonly lose: (error: unknown) => void;
}

export class MemoryBackend implements StoreBackend {
  readonly name = 'memory store';
  readonly #timeout: number;
  readonly #collections = new Map<string, Map<string, string>>();
  readonly #leases = new Map<string, { readonly token: symbol; readonly validUntil: number }>();
  readonly #followers = new Set<Follower>();
  readonly #expiries = new Expiries((path) => this.#delete(placeIn(path)));
  #fault: SimulatedFault | undefined;
  #thaw: (() => void) | undefined;
  #thawed = Promise.resolve();

  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  simulate(fault: SimulatedFault | undefined): void {
    this.#fault = fault;
    this.#thaw?.();
    this.#thaw = undefined;
    if (fault === 'frozen') {
      this.#thawed = new Promise((resolve) => {
        this.#thaw = resolve;
      });
    }
    if (fault !== undefined) for (const follower of this.#followers) void this.#disconnect(follower, fault);
  }

  loseData(): void {
    this.#collections.clear();
    this.#leases.clear();
    this.#expiries.clear();
    for (const { lose } of this.#followers) lose(unavailable());
  }

  async put({ collection, name, value, expiresIn }: BackendEntry, signal: AbortSignal): Promise<void> {
    await this.#respond(signal);
    const entries = this.#collections.get(collection) ?? new Map<string, string>();
    this.#collections.set(collection, entries.set(name, value));
    this.#expiries.set(pathOf({ collection, name }), expiresIn);
    for (const follower of this.#followers) if (follower.collection === collection) follower.sink.put(name, value);
  }

  async remove(place: StorePlace, signal: AbortSignal): Promise<void> {
    await this.#respond(signal);
    this.#expiries.delete(pathOf(place));
    this.#delete(place);
  }

  async follow(collection: string, sink: CollectionSink, signal: AbortSignal): Promise<void> {
    await limited(this.#timeout, signal, (limit) => this.#respond(limit));
    const entries = this.#collections.get(collection) ?? [];
    await new Promise<void>((_resolve, reject) => {
      const follower = { collection, sink, lose: reject };
      this.#followers.add(follower);
      onAbort(signal, () => reject(signal.reason));
      sink.snapshot(new Map([...entries].map(([name, value]) => [name, { value }])));
    }).finally(() => {
      for (const follower of this.#followers) if (follower.sink === sink) this.#followers.delete(follower);
    });
  }

  async claim(
    place: StorePlace,
    _owner: string,
    expiresIn: number,
    signal: AbortSignal,
  ): Promise<BackendLease | undefined> {
    await this.#respond(signal);
    const path = pathOf(place);
    if ((this.#leases.get(path)?.validUntil ?? 0) > elapsed()) return undefined;
    const token = Symbol(path);
    const isMine = (): boolean => {
      const lease = this.#leases.get(path);
      return lease?.token === token && lease.validUntil > elapsed();
    };
    this.#leases.set(path, { token, validUntil: elapsed() + expiresIn });
    return {
      renew: async (abandoned) => {
        await this.#respond(abandoned);
        if (!isMine()) return false;
        this.#leases.set(path, { token, validUntil: elapsed() + expiresIn });
        return true;
      },
      release: async (abandoned) => {
        await this.#respond(abandoned);
        if (isMine()) this.#leases.delete(path);
      },
    };
  }

  async #respond(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#fault === 'frozen') await raceAbort(this.#thawed, signal);
    if (this.#fault === 'unavailable') throw unavailable();
  }

  #delete({ collection, name }: StorePlace): void {
    if (!this.#collections.get(collection)?.delete(name)) return;
    for (const follower of this.#followers) if (follower.collection === collection) follower.sink.remove(name);
  }

  async #disconnect({ lose }: Follower, fault: SimulatedFault): Promise<void> {
    if (fault === 'unavailable') return lose(unavailable());
    const thawed = new AbortController();
    void this.#thawed.then(() => thawed.abort());
    await sleep(this.#timeout, thawed.signal);
    if (!thawed.signal.aborted) lose(new HealthCheckTimeoutError(this.#timeout));
  }
}

const unavailable = (): HealthCheckError => new HealthCheckError('connection refused', { code: 'ECONNREFUSED' });

const pathOf = ({ collection, name }: StorePlace): string => `${collection}/${name}`;

function placeIn(path: string): StorePlace {
  const slash = path.indexOf('/');
  return { collection: path.slice(0, slash), name: path.slice(slash + 1) };
}
