import { raceAbort, sleep } from '../../src/core/async.js';
import { elapsed } from '../../src/core/moment.js';
import type { BackendEntry, BackendLease, CollectionSink, StoreBackend } from '../../src/stores/store-backend.js';
import type { StorePlace } from '../../src/stores/store-key.js';

/**
 * The connection of one process to a store that several simulated processes share. `sever()` simulates that the process
 * is
 * killed or frozen: it neither sends nor receives anything. `mend()` delivers the delayed requests and changes.
 */
export class SeverableBackend implements StoreBackend {
  readonly name: string;
  /** The delay in milliseconds of each later request to the store, and of each change to this process. */
  delay = 0;
  /** A further delay in milliseconds of each later change to this process. */
  lag = 0;
  /** How many leases this process has tried to take. */
  claims = 0;
  readonly #shared: StoreBackend;
  readonly #closing = new AbortController();
  #mended: Promise<void> | undefined;
  #mend: (() => void) | undefined;
  /** Delayed requests and changes, in order. */
  #sent: Promise<void> | undefined;
  #received: Promise<void> | undefined;

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

  /** Like `sever()`, and this process knows at once that it has no connection. */
  close(): void {
    this.sever();
    this.#closing.abort(new Error('the client is closed'));
  }

  async put(entry: BackendEntry): Promise<void> {
    await this.#send();
    // Does not use the caller's signal: a client may send a command long after its caller has stopped waiting.
    return this.#shared.put(entry, new AbortController().signal);
  }

  async remove(place: StorePlace, signal: AbortSignal): Promise<void> {
    await this.#send();
    return this.#shared.remove(place, signal);
  }

  follow(collection: string, sink: CollectionSink, signal: AbortSignal): Promise<void> {
    const following = this.#shared.follow(
      collection,
      {
        snapshot: (entries) => this.#receive(() => sink.snapshot(entries)),
        put: (...entry) => this.#receive(() => sink.put(...entry)),
        remove: (name) => this.#receive(() => sink.remove(name)),
      },
      signal,
    );
    return raceAbort(following, this.#closing.signal);
  }

  async claim(...claim: Parameters<StoreBackend['claim']>): Promise<BackendLease | undefined> {
    this.claims += 1;
    await this.#send();
    const lease = await this.#shared.claim(...claim);
    return (
      lease && {
        renew: async (signal) => {
          await this.#send();
          return lease.renew(signal);
        },
        release: async (signal) => {
          await this.#send();
          return lease.release(signal);
        },
      }
    );
  }

  #send(): Promise<void> | undefined {
    if (!this.#sent && this.delay === 0) return this.#mended;
    const arrival = this.#arriveAfter(this.#sent, elapsed() + this.delay).then(() => {
      if (this.#sent === arrival) this.#sent = undefined;
    });
    this.#sent = arrival;
    return arrival;
  }

  #receive(deliver: () => void): void {
    const delay = this.delay + this.lag;
    if (!this.#received && delay === 0) {
      if (this.#mended) void this.#mended.then(deliver);
      else deliver();
      return;
    }
    const arrival = this.#arriveAfter(this.#received, elapsed() + delay).then(() => {
      if (this.#received === arrival) this.#received = undefined;
      deliver();
    });
    this.#received = arrival;
  }

  async #arriveAfter(earlier: Promise<void> | undefined, due: number): Promise<void> {
    await earlier;
    await this.#mended;
    if (due > elapsed()) await sleep(due - elapsed(), new AbortController().signal);
  }
}
