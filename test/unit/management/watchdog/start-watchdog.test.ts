import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Stall } from '../../../../src/management/watchdog/stall.js';
import { startWatchdog } from '../../../../src/management/watchdog/worker/start-watchdog.js';

const pulse = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
const turns = new BigInt64Array(pulse);
/** The main thread turns now. */
const turn = (): void => void Atomics.store(turns, 0, process.hrtime.bigint());

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const lines: string[] = [];
  const ended: Stall[] = [];
  // The fake clock begins at 0, which means that the main thread is not watched.
  vi.advanceTimersByTime(1);
  turn();
  const watchdog = startWatchdog({
    pulse,
    options: { warnAfter: 1000, liveAfter: false, stack: false, log: 'text' },
    log: (line) => lines.push(line),
    onStall: () => undefined,
    onStallEnd: (stall) => ended.push(stall),
  });
  return { watchdog, lines, ended };
}

it('the watchdog reports a stall whose end it has not seen yet when it is stopped', async () => {
  const { watchdog, lines, ended } = start();
  await vi.advanceTimersByTimeAsync(2000);
  expect(lines).toEqual(['event loop blocked for 1.0 s']);
  expect(ended).toEqual([]);

  turn();
  await watchdog.stop();
  expect(ended.map(({ description }) => description)).toEqual(['event loop blocked for 2.0 s']);
  expect(watchdog.current()).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

it('the watchdog reports the end of a stall once, and nothing when no stall is open', async () => {
  const { watchdog, ended } = start();
  await vi.advanceTimersByTimeAsync(1500);
  turn();
  await vi.advanceTimersByTimeAsync(500);
  expect(ended).toHaveLength(1);
  turn();
  await watchdog.stop();
  expect(ended).toHaveLength(1);
});
