import { afterEach, describe, expect, it, vi } from 'vitest';
import { LoopTimer } from '../../../src/core/loop-timer.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

describe('LoopTimer', () => {
  useFakeClock();
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Advances the clock without firing timers, like a blocked event loop: every timer is late by that time. */
  const stalls = (): ((milliseconds: number) => void) => {
    const real = performance.now.bind(performance);
    let skipped = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => real() + skipped);
    return (milliseconds) => (skipped += milliseconds);
  };
  const started = (milliseconds: number, grace?: number): { timer: LoopTimer; over: ReturnType<typeof vi.fn> } => {
    const over = vi.fn<() => void>();
    return { timer: new LoopTimer(milliseconds, over, grace), over };
  };

  it.each([1, 20, 33, 500, 800, 30_000])('is over after %d ms and not before', async (milliseconds) => {
    const { over } = started(milliseconds);
    await advance(milliseconds - 1);
    expect(over).not.toHaveBeenCalled();
    await advance(1);
    expect(over).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('grants the remaining time after a stall of any length', async () => {
    const stall = stalls();
    const { timer, over } = started(500);
    stall(5000);
    await advance(50);
    expect(timer.stalled).toBe(5000);
    await advance(449);
    expect(over).not.toHaveBeenCalled();
    await advance(1);
    expect(over).toHaveBeenCalledOnce();
  });

  it('grants the event loop some time after a stall at the very end', async () => {
    const stall = stalls();
    const { over } = started(500);
    await advance(499);
    stall(2000);
    await advance(1);
    expect(over).not.toHaveBeenCalled();
    await advance(20);
    expect(over).toHaveBeenCalledOnce();
  });

  it('grants only the grace after a stall beyond the end, and ends on time after an earlier stall', async () => {
    const stall = stalls();
    const late = started(800, 100);
    stall(2000);
    await advance(80 + 99);
    expect(late.over).not.toHaveBeenCalled();
    await advance(1);
    expect(late.over).toHaveBeenCalledOnce();
    const early = started(800, 100);
    stall(400);
    await advance(399);
    expect(early.over).not.toHaveBeenCalled();
    await advance(1);
    expect(early.over).toHaveBeenCalledOnce();
  });

  it('ends although the event loop is blocked again and again', async () => {
    const stall = stalls();
    const { over } = started(500);
    for (let slices = 0; slices < 10 && over.mock.calls.length === 0; slices += 1) {
      stall(700);
      await advance(50);
    }
    expect(over).toHaveBeenCalledOnce();
  });

  it('measures how long the event loop has been blocked until now', () => {
    const stall = stalls();
    // Later than every time in the earlier tests.
    stall(1_000_000);
    const { timer } = started(500);
    expect(timer.overdue).toBe(0);
    stall(650);
    expect(timer.overdue).toBe(600);
    started(500).timer.clear();
    expect(timer.overdue).toBe(0);
  });

  it('leaves no timer or callback behind when it is cleared, also while the arrived data is being read', async () => {
    const { timer, over } = started(500);
    vi.advanceTimersByTime(500);
    timer.clear();
    await advance(1000);
    expect(over).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
