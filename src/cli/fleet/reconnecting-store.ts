import { onAbort, sleep } from '../../core/async.js';
import type { HealthStore, StoreObserver } from '../../stores/health-store.js';
import { storeError } from '../../stores/store-error.js';

interface Connection {
  readonly store: Pick<HealthStore, 'watch'>;
  /** Settles when the client has given up. */
  readonly closed: Promise<unknown>;
  close(): void;
}

/** A store whose client exists only while it is connected. It connects when a watch begins, and again when the client gives up. */
export class ReconnectingStore implements Pick<HealthStore, 'name' | 'watch'> {
  readonly name: string;
  readonly #pause: number;
  readonly #connect: () => Promise<Connection>;
  readonly #end = new AbortController();

  /** `pause`: milliseconds between two attempts. */
  constructor(name: string, pause: number, connect: () => Promise<Connection>) {
    this.name = name;
    this.#pause = pause;
    this.#connect = connect;
  }

  watch(prefix: string, observer: StoreObserver): () => void {
    const end = new AbortController();
    void this.#follow(prefix, observer, AbortSignal.any([end.signal, this.#end.signal]));
    return () => end.abort();
  }

  close(): void {
    this.#end.abort();
  }

  async #follow(prefix: string, observer: StoreObserver, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#followOnce(prefix, observer, signal);
      } catch (error) {
        if (!signal.aborted) observer.disconnected?.(storeError(this.name, 'connect()', error));
      }
      await sleep(this.#pause, signal);
    }
  }

  /** Until the client has given up. */
  async #followOnce(prefix: string, observer: StoreObserver, signal: AbortSignal): Promise<void> {
    const connection = await this.#connect();
    const stop = signal.aborted ? () => undefined : connection.store.watch(prefix, observer);
    const ended = new Promise<void>((resolve) => {
      onAbort(signal, resolve);
    });
    try {
      await Promise.race([connection.closed, ended]);
    } finally {
      stop();
      connection.close();
    }
  }
}
