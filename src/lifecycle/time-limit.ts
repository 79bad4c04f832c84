import { onAbort } from '../core/async.js';
import { shutdownClock } from '../core/shutdown-clock.js';

/**
 * Resolves to whether the promise settles within the given milliseconds, and rejects with its reason. An abort of `signal`
 * ends the time early. A promise that has already settled counts as settled, even when no time is left.
 */
export async function settlesWithin(
  promise: Promise<unknown>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let removeListener: (() => void) | undefined;
  const late = new Promise<false>((resolve) => {
    const end = (): void => resolve(false);
    timer = shutdownClock.setTimeout(end, signal?.aborted ? 0 : milliseconds);
    // With an aborted signal, a timer of 0 ms ends the time, so that a promise that has already settled is first.
    if (signal && !signal.aborted) removeListener = onAbort(signal, end);
  });
  try {
    return await Promise.race([promise.then(() => true as const), late]);
  } finally {
    shutdownClock.clearTimeout(timer);
    removeListener?.();
  }
}
