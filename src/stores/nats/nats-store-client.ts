import { hasMethods } from '../../core/has-methods.js';

/** The used part of a message of both generations of the client. */
export interface NatsMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string | undefined;
  readonly headers?: { readonly code: number; get(name: string): string } | undefined;
}

export interface NatsSubscription {
  unsubscribe(): void;
}

/** The used part of a connection of `@nats-io/transport-node`, or of the older package `nats`. */
export interface NatsStoreClient {
  isClosed(): boolean;
  /** Rejects at once while the client has no connection. */
  rtt(): Promise<number>;
  request(
    subject: string,
    payload?: Uint8Array,
    options?: { timeout: number; headers?: never },
  ): Promise<{ readonly data: Uint8Array }>;
  publish(subject: string, payload?: Uint8Array): void;
  subscribe(
    subject: string,
    options: { callback: (error: Error | null, message: NatsMessage) => void },
  ): NatsSubscription;
  status(): AsyncIterable<{ readonly type: string }>;
}

export function isNatsStoreClient(candidate: unknown): candidate is NatsStoreClient {
  return hasMethods(candidate, 'rtt', 'isClosed', 'request', 'publish', 'subscribe', 'status');
}

/** Headers for a message. The client writes what `encode()` returns, so the classes of both packages are not needed. */
export class MessageHeaders {
  readonly #text: string;

  constructor(fields: Readonly<Record<string, string>>) {
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#text = `NATS/1.0\r\n${lines.join('')}\r\n`;
  }

  encode(): Uint8Array {
    return Buffer.from(this.#text);
  }
}
