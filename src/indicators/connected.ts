import type { Socket } from 'node:net';

/**
 * Opens a socket, looks at it as soon as it is connected, and leaves nothing of it behind: neither when it fails, nor
 * when the run's time is over before it has connected.
 */
export function connected<S extends Socket, R>(
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  open: () => S,
  look: (socket: S) => R,
): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    signal.throwIfAborted();
    const socket = open();
    const onAbort = (): void => fail(signal.reason);
    const fail = (reason: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      reject(reason);
      socket.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    // It stays for good: what a socket says after that is of no interest, and must not end the process.
    socket.on('error', fail);
    socket.once(event, () => {
      signal.removeEventListener('abort', onAbort);
      try {
        resolve(look(socket));
      } catch (error) {
        reject(error);
      }
      socket.destroy();
    });
  });
}
