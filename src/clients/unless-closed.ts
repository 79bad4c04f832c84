/** What a client tells of its connection. */
export interface ClosingEvents {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

const CLOSING = ['close', 'end'];

/**
 * The promise, unless the connection is lost first: a client that keeps the commands which were under way, to send them
 * again over its next connection, would have whoever waits for them wait that long.
 */
export async function unlessClosed<T>(client: ClosingEvents, promise: Promise<T>): Promise<T> {
  let onClose = (): void => undefined;
  const closed = new Promise<never>((_resolve, reject) => {
    onClose = () => reject(Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' }));
  });
  for (const event of CLOSING) client.on(event, onClose);
  try {
    return await Promise.race([promise, closed]);
  } finally {
    for (const event of CLOSING) client.off(event, onClose);
  }
}
