import { performance } from 'node:perf_hooks';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { onAbort } from './async.js';

interface ShutdownClock {
  now(): number;
  setTimeout(callback: () => void, milliseconds: number): NodeJS.Timeout;
  clearTimeout(timer: NodeJS.Timeout | undefined): void;
  setImmediate(callback: () => void): unknown;
}

/**
 * The timers and the monotonic clock of the shutdown, taken from Node when this file is imported. Fake timers of a test
 * replace the globals and never advance while `close()` is awaited, so a shutdown that used them would not end.
 * The library's own tests replace the methods of this object.
 */
export const shutdownClock: ShutdownClock = {
  now: performance.now.bind(performance),
  setTimeout,
  clearTimeout,
  setImmediate,
};

/** Milliseconds on the monotonic clock. Only differences are meaningful, and only with other values of this function. */
export const shutdownElapsed = (): number => shutdownClock.now();

/** Keeps the process alive, because the shutdown has to finish. An abort of `signal` ends the wait early; the promise never rejects. */
export function shutdownSleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      shutdownClock.clearTimeout(timer);
      removeListener?.();
      resolve();
    };
    const timer = shutdownClock.setTimeout(end, milliseconds);
    const removeListener = signal && onAbort(signal, end);
  });
}
