/**
 * Milliseconds between two beats of the main thread, and between two samples of the worker thread. Each of them wakes up an
 * idle thread, so the interval is as long as `warnAfter` permits: a stall is noticed at most two intervals late.
 */
export function beatInterval(warnAfter: number): number {
  return Math.min(250, Math.max(10, Math.floor(warnAfter / 4)));
}
