import { connectionLost } from './error-codes.js';

/** The events of a client whose connection ends. */
export interface ClosingEvents {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

const CLOSING = ['close', 'end'];

/**
 * The promise, or a rejection if the connection ends first. Some clients keep the commands that were under way, to send
 * them again over the next connection: the check would wait until there is one.
 */
export async function unlessClosed<T>(client: ClosingEvents, promise: Promise<T>): Promise<T> {
  let onClose = (): void => undefined;
  const closed = new Promise<never>((_resolve, reject) => {
    onClose = () => reject(connectionLost());
  });
  for (const event of CLOSING) client.on(event, onClose);
  try {
    return await Promise.race([promise, closed]);
  } finally {
    for (const event of CLOSING) client.off(event, onClose);
  }
}
