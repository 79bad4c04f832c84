import { LoopTimer } from './loop-timer.js';

/** Milliseconds. The longest delay of a Node timer: with a longer one, the timer fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Calls `listener` once, when the signal is aborted; immediately if it is aborted already. Returns a function that
 * removes the listener. Call that function when the work has ended, because a signal can outlive the work.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

/** A signal of its own, which is also aborted with another signal. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  readonly abort: (reason?: unknown) => void;
  /** Stops following the other signal. Call it when the work has ended. */
  readonly release: () => void;
}

/** Creates a signal that can be aborted alone, and that is aborted with `signal`, for the same reason. */
export function linkedAbort(signal: AbortSignal): LinkedAbort {
  const controller = new AbortController();
  const release = onAbort(signal, () => controller.abort(signal.reason));
  return { signal: controller.signal, abort: (reason) => controller.abort(reason), release };
}

/**
 * Settles as the promise does, or rejects when the signal is aborted first. `reason` returns the error of that rejection.
 * Default: the signal's reason. A later rejection of the promise is ignored.
 */
export function raceAbort<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  reason: () => unknown = () => signal.reason,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const removeListener = onAbort(signal, () => reject(reason()));
    void promise.then(resolve, reject).finally(removeListener);
  });
}

/** A time limit for {@link withTimeout}. */
export interface TimeLimit {
  readonly milliseconds: number;
  /** Returns the error of the rejection. */
  readonly error: () => Error;
  /** As in {@link LoopTimer}. */
  readonly grace?: number;
}

/**
 * Settles as the promise does, or rejects after the time. Time in which the event loop was blocked does not count, because
 * the response may have arrived without being read. A later rejection of the promise is ignored.
 */
export function withTimeout<T>(promise: Promise<T>, { milliseconds, error, grace }: TimeLimit): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = new LoopTimer(milliseconds, () => reject(error()), grace);
    void promise.then(resolve, reject).finally(() => timer.clear());
  });
}

/**
 * Resolves after the time, or when the signal is aborted. It never rejects. It does not keep the process alive; the
 * shutdown has `shutdownSleep`.
 */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      removeListener();
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    timer.unref();
    const removeListener = onAbort(signal, end);
  });
}
