import { afterEach, beforeEach, vi } from 'vitest';
import { shutdownClock } from '../../src/core/shutdown-clock.js';

const REAL_SHUTDOWN_CLOCK = { ...shutdownClock };

/** The wall time at which each test of a fake clock begins. */
export const START = '2026-11-20T10:30:00.000Z';

/** The wall time so many milliseconds after the start of the test. */
export const timeAfter = (milliseconds: number): string => new Date(Date.parse(START) + milliseconds).toISOString();

/** Gives each test of the file a clock that only the test advances. */
export function useFakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse(START) });
    fakeShutdownClock();
  });
  afterEach(() => {
    vi.useRealTimers();
    Object.assign(shutdownClock, REAL_SHUTDOWN_CLOCK);
  });
}

/** Advances the clock. `advance(0)` runs only the timers that are due now. */
export const advance = async (milliseconds: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(milliseconds);
};

/** The shutdown uses real timers even under fake ones, so they are replaced here separately. */
function fakeShutdownClock(): void {
  Object.assign(shutdownClock, {
    now: () => performance.now(),
    setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
    clearTimeout: (timer) => clearTimeout(timer),
  } satisfies Partial<typeof shutdownClock>);
}
