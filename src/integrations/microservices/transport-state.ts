import { connectionLost } from '../../clients/error-codes.js';
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
