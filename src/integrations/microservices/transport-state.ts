import { type CodePattern, connectionLost, withCode } from '../../clients/error-codes.js';
import { notConnected } from '../../clients/not-connected.js';
import type { Transport } from './microservice.js';

/** The states in which no response will arrive. */
const LOST: ReadonlySet<string> = new Set(['disconnected', 'reconnecting', 'closed', 'crashed', 'stopped']);

/** The promise, or a rejection if the connection is lost first. Some transports do not reject the pending requests then. */
export async function unlessLost<T>(transport: Transport, promise: Promise<T>): Promise<T> {
  let subscription = { unsubscribe: (): void => undefined };
  const lost = new Promise<never>((_resolve, reject) => {
    subscription = transport.status.subscribe((status) => {
      if (LOST.has(status)) reject(connectionLost());
    });
  });
  try {
    return await Promise.race([promise, lost]);
  } finally {
    subscription.unsubscribe();
  }
}

const CODES: readonly CodePattern[] = [
  [/^CONNECTION_REFUSED$|connection refused/i, 'ECONNREFUSED'],
  [/^DISCONNECT$|^connection disconnected|^Connection (?:is )?closed/, 'ECONNRESET'],
];

/** The transports reject with the values of their clients: strings, `undefined`, and errors without a code. */
export function explain(error: unknown): unknown {
  // Some transports reject with such a value until they have a new connection.
  return error === undefined || typeof error === 'string' ? notConnected('reconnecting') : withCode(error, CODES);
}
