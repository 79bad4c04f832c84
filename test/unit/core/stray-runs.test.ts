import { describe, expect, it, vi } from 'vitest';
import { MAX_STRAY_RUNS, StrayRuns } from '../../../src/core/stray-runs.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { never } from '../../support/latch.js';

describe('StrayRuns', () => {
  useFakeClock();

  const strayRuns = (): { strays: StrayRuns; gone: ReturnType<typeof vi.fn> } => {
    const gone = vi.fn<() => void>();
    return { strays: new StrayRuns(gone), gone };
  };

  it('lets the next run start at once while there is none', () => {
    const { strays } = strayRuns();
    expect([strays.count, strays.notBefore]).toStrictEqual([0, 0]);
  });

  it('asks for a pause that grows four-fold with each, and stops at three', async () => {
    const { strays } = strayRuns();
    const promises = [never(), never(), never()] as const;
    await advance(500);
    strays.add(promises[0], 100);
    expect(strays.notBefore).toBe(500 + 1000);
    strays.add(promises[1], 100);
    expect(strays.notBefore).toBe(500 + 4000);
    strays.add(promises[2], 100);
    expect(strays.notBefore).toBe(Infinity);
    expect(strays.count).toBe(MAX_STRAY_RUNS);
    expect(MAX_STRAY_RUNS).toBe(3);
  });

  it('counts the pause from the timeout, where that is longer than a second', () => {
    const { strays } = strayRuns();
    strays.add(never(), 5000);
    strays.add(never(), 5000);
    expect(strays.notBefore).toBe(20_000);
  });

  it('keeps the longest pause when one of three is gone', () => {
    const { strays } = strayRuns();
    const tokens = [never(), never(), never()].map((promise) => strays.add(promise, 100));
    strays.remove(tokens[0] ?? {});
    expect([strays.count, strays.notBefore]).toStrictEqual([2, 16_000]);
  });

  it('forgets the pauses when all are gone, and begins with the shortest again', () => {
    const { strays } = strayRuns();
    const tokens = [never(), never()].map((promise) => strays.add(promise, 100));
    for (const token of tokens) strays.remove(token);
    expect([strays.count, strays.notBefore]).toStrictEqual([0, 0]);
    strays.add(never(), 100);
    expect(strays.notBefore).toBe(1000);
  });

  it('tells once of each that is gone', () => {
    const { strays, gone } = strayRuns();
    const token = strays.add(never(), 100);
    expect(gone).not.toHaveBeenCalled();
    strays.remove(token);
    strays.remove(token);
    expect(gone).toHaveBeenCalledOnce();
    expect(strays.count).toBe(0);
  });
});
