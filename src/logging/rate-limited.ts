import { elapsed } from '../core/moment.js';

/** Milliseconds. */
const PAUSE = 60_000;

/**
 * For faults that unauthenticated callers can cause: reports the first fault, then at most one per minute with the number
 * of omitted ones, so that such callers cannot fill the log.
 */
export function rateLimited(report: (fault: unknown, omitted: number) => void): (fault: unknown) => void {
  let notBefore = -Infinity;
  let omitted = 0;
  return (fault) => {
    const now = elapsed();
    if (now < notBefore) {
      omitted += 1;
      return;
    }
    notBefore = now + PAUSE;
    report(fault, omitted);
    omitted = 0;
  };
}

/** For the end of a line: how many faults were omitted since the last one. Empty if there were none. */
export function omittedFaults(omitted: number): string {
  return omitted === 0 ? '' : ` (and ${omitted} times since the last such line)`;
}
