import { describe, expect, it, vi } from 'vitest';
import { MAX_STRAY_RUNS, StrayRuns } from '../../../src/core/stray-runs.js';
import { advance, timeAfter, useFakeClock } from '../../support/fake-clock.js';
import { never } from '../../support/latch.js';

describe('StrayRuns', () => {
  useFakeClock();

  const strayRuns = (): { strays: StrayRuns; gone: ReturnType<typeof vi.fn> } => {
    const gone = vi.fn<() => void>();
    return { strays: new StrayRuns(gone), gone };
  };

  const pauseOf = (strays: StrayRuns): number | undefined =>
    strays.notBefore && strays.notBefore.elapsed - performance.now();

  it('allows the next run at once if no run is unfinished', () => {
    const { strays } = strayRuns();
    expect([strays.count, strays.notBefore, strays.isHanging]).toStrictEqual([0, undefined, false]);
  });

  it('pauses longer after each unfinished run, up to a minute', () => {
    const { strays } = strayRuns();
    const pauses = Array.from({ length: 8 }, () => {
      strays.add(never(), 100);
      return pauseOf(strays);
    });
    expect(pauses).toStrictEqual([1000, 4000, 16_000, 32_000, 32_000, 32_000, 32_000, 32_000]);
  });

  it('reports the end of the pause on both clocks', async () => {
    const { strays } = strayRuns();
    await advance(500);
    strays.add(never(), 100);
    expect(strays.notBefore).toStrictEqual({ elapsed: 1500, wall: Date.parse(timeAfter(1500)) });
  });

  it.each([
    [5000, [5000, 20_000, 60_000, 60_000]],
    [90_000, [90_000, 90_000, 90_000, 90_000]],
  ])('counts the pause from a timeout of %d ms, if that is longer than a second', (timeout, expected) => {
    const { strays } = strayRuns();
    const pauses = expected.map(() => {
      strays.add(never(), timeout);
      return pauseOf(strays);
    });
    expect(pauses).toStrictEqual(expected);
  });

  it('tracks at most three runs and abandons the oldest, which still counts as unfinished', () => {
    const { strays } = strayRuns();
    const runs = Array.from({ length: 5 }, () => strays.add(never(), 100));
    expect([strays.count, strays.unfinished]).toStrictEqual([3, 5]);
    expect(MAX_STRAY_RUNS).toBe(3);
    expect(runs.map(({ isTracked }) => isTracked)).toStrictEqual([false, false, true, true, true]);
  });

  it('does not count an abandoned run that has finished later', () => {
    const { strays, gone } = strayRuns();
    const [first] = Array.from({ length: 4 }, () => strays.add(never(), 100));
    if (first) strays.remove(first);
    expect([strays.count, strays.unfinished]).toStrictEqual([3, 3]);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('keeps the pause when one of three has finished', () => {
    const { strays } = strayRuns();
    const [first] = Array.from({ length: 3 }, () => strays.add(never(), 100));
    if (first) strays.remove(first);
    expect([strays.count, pauseOf(strays)]).toStrictEqual([2, 16_000]);
  });

  it('ends the pause when all tracked runs have finished, and then restarts with the shortest pause', () => {
    const { strays } = strayRuns();
    const runs = Array.from({ length: 5 }, () => strays.add(never(), 100));
    for (const run of runs.slice(2)) strays.remove(run);
    expect([strays.count, strays.unfinished, strays.notBefore, strays.isHanging]).toStrictEqual([
      0,
      0,
      undefined,
      false,
    ]);
    strays.add(never(), 100);
    expect(pauseOf(strays)).toBe(1000);
  });

  it('ends the pause when a later run ends in time, and uses the longest pause when the next run hangs beside three', () => {
    const { strays } = strayRuns();
    for (let runs = 0; runs < 5; runs += 1) strays.add(never(), 100);
    strays.endPause();
    expect([strays.count, strays.notBefore, strays.isHanging]).toStrictEqual([3, undefined, false]);
    strays.add(never(), 100);
    expect([pauseOf(strays), strays.isHanging]).toStrictEqual([16_000, true]);
  });

  it('reports once each run that has finished', () => {
    const { strays, gone } = strayRuns();
    const run = strays.add(never(), 100);
    expect(gone).not.toHaveBeenCalled();
    strays.remove(run);
    expect(gone).toHaveBeenCalledOnce();
    expect(strays.count).toBe(0);
  });
});
