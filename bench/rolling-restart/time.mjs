import { setTimeout as pause } from 'node:timers/promises';

const POLL_INTERVAL = 50;

/** Milliseconds of a monotonic clock. */
export const elapsed = () => performance.now();

/** Polls until the condition is true. An error counts as false. */
export async function until(isMet, { limit, what }) {
  const began = elapsed();
  let problem;
  for (;;) {
    try {
      if (await isMet()) return;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (elapsed() - began > limit)
      throw new Error(`timed out after ${limit} ms waiting for ${what}`, { cause: problem });
    await pause(POLL_INTERVAL);
  }
}
