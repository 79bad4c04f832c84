import type { BackendEntry, BackendLease, CollectionSink, StoreBackend } from '../../src/stores/store-backend.js';
import type { StorePlace } from '../../src/stores/store-key.js';

/**
 * The connection of one process to a store that several simulated processes share. `sever()` simulates that the process is
 * killed or frozen: nothing leaves or reaches it. `mend()` delivers what was on its way.
 */
export class SeverableBackend implements StoreBackend {
  readonly name: string;
  readonly #shared: StoreBackend;
  #mended: Promise<void> | undefined;
  #mend: (() => void) | undefined;

  constructor(shared: StoreBackend) {
    this.#shared = shared;
    this.name = shared.name;
  }

  sever(): void {
    this.#mended ??= new Promise((resolve) => (this.#mend = resolve));
  }

  mend(): void {
    this.#mended = undefined;
    this.#mend?.();
  }

  async put(entry: BackendEntry): Promise<void> {
    await this.#mended;
    // Not the caller's signal: a client may send a command long after its caller has given up.
    return this.#shared.put(entry, new AbortController().signal);
  }

  async remove(place: StorePlace, signal: AbortSignal): Promise<void> {
    await this.#mended;
    return this.#shared.remove(place, signal);
  }

  follow(collection: string, sink: CollectionSink, signal: AbortSignal): Promise<void> {
    const late = (deliver: () => void): void => {
      if (this.#mended) void this.#mended.then(deliver);
      else deliver();
    };
    return this.#shared.follow(
      collection,
      {
        snapshot: (entries) => late(() => sink.snapshot(entries)),
        put: (...entry) => late(() => sink.put(...entry)),
        remove: (name) => late(() => sink.remove(name)),
      },
      signal,
    );
  }

  async claim(...claim: Parameters<StoreBackend['claim']>): Promise<BackendLease | undefined> {
    await this.#mended;
    const lease = await this.#shared.claim(...claim);
    return (
      lease && {
        renew: async (signal) => {
          await this.#mended;
          return lease.renew(signal);
        },
        release: async (signal) => {
          await this.#mended;
          return lease.release(signal);
        },
      }
    );
  }
}
