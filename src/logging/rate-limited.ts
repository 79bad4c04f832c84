import { elapsed } from '../core/moment.js';

/** Milliseconds. */
const PAUSE = 60_000;

/**
 * For a fault that anybody can cause as often as they like: tells the first one, then at most one a minute, with how many
 * were left out, so that no stranger fills the log.
 */
export function rateLimited(tell: (fault: unknown, leftOut: number) => void): (fault: unknown) => void {
  let notBefore = -Infinity;
  let leftOut = 0;
  return (fault) => {
    const now = elapsed();
    if (now < notBefore) {
      leftOut += 1;
      return;
    }
    notBefore = now + PAUSE;
    tell(fault, leftOut);
    leftOut = 0;
  };
}
