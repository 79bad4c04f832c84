import type { EndpointOutlet } from '../extension/health-endpoints.js';
import type { ToThread } from './thread/thread-messages.js';

/** The body of a stream whose connection belongs to the thread of the management port. */
export class RemoteOutlet implements EndpointOutlet {
  readonly #id: number;
  readonly #send: (message: ToThread) => void;
  readonly #listeners: (() => void)[] = [];
  #pending = 0;
  #isClosed = false;
  #isEnded = false;

  constructor(id: number, send: (message: ToThread) => void) {
    this.#id = id;
    this.#send = send;
  }

  get pending(): number {
    return this.#pending;
  }

  write(bytes: Buffer): void {
    if (this.#isClosed || this.#isEnded) return;
    this.#pending += bytes.length;
    this.#send({ type: 'chunk', id: this.#id, bytes });
  }

  end(): void {
    this.#isEnded = true;
    this.#send({ type: 'end', id: this.#id });
  }

  destroy(): void {
    this.#send({ type: 'destroy', id: this.#id });
  }

  onClose(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The number of bytes that have left the process. */
  sent(bytes: number): void {
    this.#pending -= bytes;
  }

  /** The response has ended, or its connection is closed. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const listener of this.#listeners) listener();
  }
}
