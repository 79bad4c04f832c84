import { onTestFinished, vi } from 'vitest';

/**
 * Stops the clocks of this process until the end of the test. Only `passTime` advances them; sockets keep working.
 * `setImmediate` stays real, because servers use it.
 */
export function stopClock(): void {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

export async function passTime(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

const STEP = 10;
const LONG_STEP = 50;
/** Milliseconds after which a request without a response, or an attempt, has failed. */
const LIMIT = 20_000;

/** Advances the time in small steps until the promise has settled. */
export async function passTimeUntil<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (let passed = 0; passed < LIMIT; passed += STEP) {
    await letSocketsWork();
    if (isSettled) return promise;
    await passTime(STEP);
  }
  throw new Error(`nothing came within ${LIMIT} ms`);
}

/** Advances the time until the attempt no longer fails. The error is that of the last attempt. */
export async function passTimeUntilPasses<T>(attempt: () => T | Promise<T>): Promise<T> {
  for (let passed = 0; ; passed += LONG_STEP) {
    try {
      return await attempt();
    } catch (error) {
      if (passed >= LIMIT) throw error;
    }
    await passTime(LONG_STEP);
  }
}

/** Waits some turns of the event loop, in which data in sockets arrives. */
async function letSocketsWork(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
