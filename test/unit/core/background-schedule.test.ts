import { afterEach, describe, expect, it, vi } from 'vitest';
import { BackgroundSchedule } from '../../../src/core/background-schedule.js';
import type { CheckDefinition, CheckSettings } from '../../../src/core/check.js';
import { CheckRunner } from '../../../src/core/check-runner.js';
import { Limiter } from '../../../src/core/limiter.js';
import { checkDefinition } from '../../support/check-definition.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { latch, never } from '../../support/latch.js';

/** The longest delay of Node's timers. A longer delay fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

describe('BackgroundSchedule', () => {
  useFakeClock();
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** `random` replaces Math.random(): 0.5 means no jitter. */
  const schedule = (
    check: CheckDefinition['check'],
    interval: number,
    settings: Partial<CheckSettings> = {},
    random = 0.5,
  ): BackgroundSchedule => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const definition = checkDefinition('a', check, { interval, ...settings });
    const events = { settled: () => undefined, invalidated: () => undefined };
    return new BackgroundSchedule(new CheckRunner(definition, new Limiter(), events), interval);
  };

  it('runs at once, and again one interval after the end of each run', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    schedule(check, 1000).start(0);
    expect(check).toHaveBeenCalledTimes(1);
    await advance(999);
    expect(check).toHaveBeenCalledTimes(1);
    await advance(1);
    expect(check).toHaveBeenCalledTimes(2);
    await advance(1000);
    expect(check).toHaveBeenCalledTimes(3);
  });

  it.each([1, 250])('waits for an initial delay of %d ms', async (delay) => {
    const check = vi.fn<CheckDefinition['check']>();
    schedule(check, 1000).start(delay);
    await advance(delay - 1);
    expect(check).not.toHaveBeenCalled();
    await advance(1);
    expect(check).toHaveBeenCalledOnce();
  });

  it('counts the interval from the end of a run', async () => {
    const first = latch();
    const check = vi.fn<CheckDefinition['check']>().mockReturnValueOnce(first.promise);
    schedule(check, 1000, { timeout: 5000 }).start(0);
    await advance(3000);
    first.open();
    await advance(999);
    expect(check).toHaveBeenCalledTimes(1);
    await advance(1);
    expect(check).toHaveBeenCalledTimes(2);
  });

  it.each([
    [0, 900],
    [0.25, 950],
    [0.5, 1000],
    [0.75, 1050],
    [1, 1100],
  ])('spreads the runs by up to a tenth: Math.random() of %d runs after %d ms', async (random, due) => {
    const check = vi.fn<CheckDefinition['check']>();
    schedule(check, 1000, {}, random).start(0);
    await advance(due - 1);
    expect(check).toHaveBeenCalledTimes(1);
    await advance(1);
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('supports the longest interval of a timer, with its jitter', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    schedule(check, LONGEST_TIMER, {}, 1).start(0);
    await advance(1000);
    expect(check).toHaveBeenCalledOnce();
  });

  it('continues after a run that failed, and after one that timed out', async () => {
    const check = vi.fn<CheckDefinition['check']>(never).mockImplementationOnce(() => Promise.reject(new Error('x')));
    schedule(check, 1000).start(0);
    await advance(1000);
    expect(check).toHaveBeenCalledTimes(2);
    await advance(500 + 1000);
    expect(check).toHaveBeenCalledTimes(3);
  });

  it('stops between two runs, and leaves no timer', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    const running = schedule(check, 1000);
    running.start(0);
    await advance(0);
    running.stop();
    expect(vi.getTimerCount()).toBe(0);
    await advance(10_000);
    expect(check).toHaveBeenCalledOnce();
  });

  it('stops before the first run', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    const running = schedule(check, 1000);
    running.start(250);
    running.stop();
    expect(vi.getTimerCount()).toBe(0);
    await advance(10_000);
    expect(check).not.toHaveBeenCalled();
  });

  it('stops during a run, and begins no other', async () => {
    const run = latch();
    const check = vi.fn<CheckDefinition['check']>(() => run.promise);
    const running = schedule(check, 1000);
    running.start(0);
    running.stop();
    run.open();
    await advance(10_000);
    expect(check).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('the timer of BackgroundSchedule does not keep the process alive', () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const definition = checkDefinition('a', () => undefined, { interval: 60_000 });
  const events = { settled: () => undefined, invalidated: () => undefined };
  const schedule = new BackgroundSchedule(new CheckRunner(definition, new Limiter(), events), 60_000);
  schedule.start(60_000);
  const [timer] = timers.mock.results.map(({ value }) => value as NodeJS.Timeout);
  expect(timer?.hasRef()).toBe(false);
  schedule.stop();
  timers.mockRestore();
});
