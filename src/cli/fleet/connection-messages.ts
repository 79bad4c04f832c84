import { type Terminal, printable } from '../terminal.js';
import type { ObservedStore } from './opened-store.js';
import { connectionObserver } from './connection-observer.js';

/** Milliseconds that the first connection may take before the terminal says that the store is unavailable. */
const FIRST_CONNECTION = 2000;

/** Returns the store. While it is watched, a message in the terminal says when its connection is lost and restored. */
export function withConnectionMessages(store: ObservedStore, terminal: Pick<Terminal, 'writeError'>): ObservedStore {
  const { name } = store;
  return {
    name,
    watch: (prefix, observer) => {
      const state = new ConnectionMessages(name, terminal);
      const connectionAware = connectionObserver(observer, {
        connected: () => {
          state.connected();
          observer.connected?.();
        },
        disconnected: (error) => {
          state.disconnected(error.message);
          observer.disconnected?.(error);
        },
      });
      const stop = store.watch(prefix, connectionAware);
      return () => {
        state.close();
        stop();
      };
    },
  };
}

class ConnectionMessages {
  readonly #name: string;
  readonly #terminal: Pick<Terminal, 'writeError'>;
  #hasConnected = false;
  #isLossWritten = false;
  #reason = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, terminal: Pick<Terminal, 'writeError'>) {
    this.#name = name;
    this.#terminal = terminal;
  }

  connected(): void {
    this.close();
    if (this.#isLossWritten) this.#terminal.writeError(`nest-vitals: ${this.#name} responds again\n`);
    this.#hasConnected = true;
    this.#isLossWritten = false;
  }

  disconnected(reason: string): void {
    this.#reason = reason;
    if (this.#isLossWritten) return;
    // Some clients are not connected yet when the store is opened.
    if (this.#hasConnected) this.#writeLoss();
    else this.#timer ??= setTimeout(() => this.#writeLoss(), FIRST_CONNECTION);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #writeLoss(): void {
    this.#isLossWritten = true;
    const text = `${this.#name} is unavailable; the page shows the last known data: ${printable(this.#reason)}`;
    this.#terminal.writeError(`nest-vitals: ${text}\n`);
  }
}
