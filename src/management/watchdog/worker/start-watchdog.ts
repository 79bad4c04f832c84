import { beatInterval } from '../beat-interval.js';
import type { Watchdog, WatchdogStart } from '../stall.js';
import { OpenStall } from './open-stall.js';
import { SourcePositions } from './source-positions.js';
import { type Sample, StallClock } from './stall-clock.js';

const NANOSECONDS_PER_MILLISECOND = 1e6;

/**
 * Watches the event loop of the main thread. Call it in a worker thread. When the event loop has not turned for
 * `warnAfter`, the call stack of the main thread is captured and one line is logged.
 */
export function startWatchdog(start: WatchdogStart): Watchdog {
  const { warnAfter } = start.options;
  const interval = beatInterval(warnAfter);
  const turns = new BigInt64Array(start.pulse);
  const sources = new SourcePositions();
  const clock = new StallClock(interval, now());
  let stall: OpenStall | undefined;

  const sample = (): Sample => clock.sample(inMilliseconds(Atomics.load(turns, 0)), now());
  const timer = setInterval(() => {
    const { silence, turnedAfter } = sample();
    if (turnedAfter !== undefined) {
      void stall?.end(turnedAfter);
      stall = undefined;
    }
    if (stall) stall.continue(silence);
    else if (silence >= warnAfter) stall = new OpenStall(start, sources, silence);
  }, interval);

  return {
    current: () => stall?.snapshot,
    stop: async () => {
      clearInterval(timer);
      const { silence, turnedAfter = silence } = sample();
      const ending = stall?.end(turnedAfter);
      stall = undefined;
      await ending;
    },
  };
}

const inMilliseconds = (nanoseconds: bigint): number => Number(nanoseconds) / NANOSECONDS_PER_MILLISECOND;

/** The clock that the main thread writes, which all threads share. `performance.now()` starts at 0 in each thread. */
const now = (): number => inMilliseconds(process.hrtime.bigint());
