/** Milliseconds. Node's timers fire at once for anything longer. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** Waits, without keeping the process alive. Ends early, and quietly, when the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    timer.unref();
    signal.addEventListener('abort', done);
  });
}
