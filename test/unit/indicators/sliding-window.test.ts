import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Measurement, SlidingWindow } from '../../../src/indicators/sliding-window.js';

class Stopwatch implements Measurement {
  static all: Stopwatch[] = [];
  since = performance.now();
  isStopped = false;

  constructor() {
    Stopwatch.all.push(this);
  }
  restart(): void {
    this.since = performance.now();
  }
  stop(): void {
    this.isStopped = true;
  }
  get age(): number {
    return performance.now() - this.since;
  }
}

describe('a sliding window', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    Stopwatch.all = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('measures at least half a window, and at most a whole window', () => {
    const window = new SlidingWindow(1000, () => new Stopwatch());
    window.start();
    const ages: number[] = [];
    for (let passed = 0; passed < 5000; passed += 100) {
      vi.advanceTimersByTime(100);
      ages.push(window.measurement?.age ?? Number.NaN);
    }
    const settled = ages.slice(10);
    expect(Math.min(...settled)).toBe(500);
    expect(Math.max(...settled)).toBeLessThan(1000);
    // At first, its length is the time since the start of the measurement.
    expect(ages.slice(0, 4)).toEqual([100, 200, 300, 400]);
    expect(Stopwatch.all).toHaveLength(2);
  });

  it('starts once, also at the first reading', () => {
    const window = new SlidingWindow(1000, () => new Stopwatch());
    expect(window.measurement?.age).toBe(0);
    window.start();
    expect(Stopwatch.all).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(1);
  });

  it.each([
    [10_000, 1000],
    [1000, 500],
  ])('of %d ms has enough data after %d ms', (length, settled) => {
    const window = new SlidingWindow(length, () => new Stopwatch());
    vi.advanceTimersByTime(5000);
    window.start();
    vi.advanceTimersByTime(settled - 1);
    expect(window.isSettled).toBe(false);
    vi.advanceTimersByTime(1);
    expect(window.isSettled).toBe(true);
    vi.advanceTimersByTime(length * 3);
    expect(window.isSettled).toBe(true);
  });

  it('releases its timer and its histogram when it is stopped, and does not start again', () => {
    const window = new SlidingWindow(1000, () => new Stopwatch());
    window.start();
    window.stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(Stopwatch.all.map(({ isStopped }) => isStopped)).toEqual([true, true]);
    window.start();
    expect(window.measurement).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('can be stopped before it has begun', () => {
    const window = new SlidingWindow(1000, () => new Stopwatch());
    window.stop();
    expect(window.measurement).toBeUndefined();
  });
});

it('the timer of a sliding window does not keep the process alive', () => {
  const window = new SlidingWindow(1000, () => new Stopwatch());
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  window.start();
  expect(timers()).toBe(before);
  window.stop();
});
