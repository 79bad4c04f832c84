import type { Socket } from 'node:net';
import { raceAbort } from '../core/async.js';

/**
 * Opens a socket, calls `read` as soon as the socket is connected, and destroys the socket: after a success, after a
 * failure, and when the signal is aborted.
 */
export async function withSocket<S extends Socket, R>(
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  open: () => S,
  read: (socket: S) => R,
): Promise<R> {
  signal.throwIfAborted();
  const socket = open();
  const result = new Promise<R>((resolve, reject) => {
    // This listener stays: a later error of the socket must not end the process.
    socket.on('error', reject);
    socket.once(event, () => {
      try {
        resolve(read(socket));
      } catch (error) {
        reject(error);
      }
    });
  });
  try {
    return await raceAbort(result, signal);
  } finally {
    socket.destroy();
  }
}
