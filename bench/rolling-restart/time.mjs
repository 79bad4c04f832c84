import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY = 50;

/** Milliseconds of a clock that never jumps. */
export const elapsed = () => performance.now();

/** Asks again and again until the answer is yes; an error is a no. */
export async function until(isSo, { limit, what }) {
  const began = elapsed();
  let problem;
  for (;;) {
    try {
      if (await isSo()) return;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (elapsed() - began > limit) throw new Error(`waited ${limit} ms for ${what}`, { cause: problem });
    await pause(LOOK_EVERY);
  }
}
