/** Milliseconds between two beats of the main thread, and between two looks of the worker thread at them. */
export function beatInterval(warnAfter: number): number {
  return Math.min(100, Math.max(10, Math.floor(warnAfter / 10)));
}
