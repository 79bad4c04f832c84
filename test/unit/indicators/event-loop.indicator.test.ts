import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventLoopIndicator, type EventLoopIndicatorOptions } from '../../../src/indicators/event-loop.indicator.js';
import { FakeHistogram } from './fake-histogram.js';
import { faultsOf, run } from './indicator.js';

vi.mock('node:perf_hooks', { spy: true });

interface Hooked {
  onApplicationBootstrap(): void;
  onModuleDestroy(): void;
}

function create(options?: EventLoopIndicatorOptions) {
  const indicator = new (EventLoopIndicator('event_loop', options))();
  return Object.assign(indicator, indicator as typeof indicator & Hooked);
}

/** An indicator with enough measurements to report a status. */
function settled(options?: EventLoopIndicatorOptions) {
  const indicator = create(options);
  indicator.onApplicationBootstrap();
  vi.advanceTimersByTime(1000);
  return indicator;
}

describe('EventLoopIndicator', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeHistogram.all = [];
    FakeHistogram.percentiles = { 99: 25, 100: 45 };
    vi.mocked(monitorEventLoopDelay).mockImplementation((options = {}) => new FakeHistogram(options) as never);
    vi.spyOn(performance, 'eventLoopUtilization').mockReturnValue({ active: 5, idle: 5, utilization: 0.5 });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('reports the delay without the pause between two ticks', async () => {
    const indicator = create();
    indicator.onApplicationBootstrap();
    vi.advanceTimersByTime(3000);
    expect(await run(indicator)).toEqual({
      status: 'UP',
      data: { delay_ms: 5, delay_percentile: 99, delay_max_ms: 25, utilization: 0.5, window_ms: 3000 },
    });
    expect(FakeHistogram.all[0]?.options).toEqual({ resolution: 20 });
  });

  it.each([
    [120, 'UP'],
    [120.2, 'DEGRADED'],
    [100_000, 'DEGRADED'],
  ])('with a percentile of %d ms between two ticks is %s', async (percentile, status) => {
    FakeHistogram.percentiles = { 99: percentile };
    expect((await run(settled())).status).toBe(status);
  });

  it('reports the value and the limit that it exceeds', async () => {
    FakeHistogram.percentiles = { 99.9: 620.04 };
    vi.mocked(performance.eventLoopUtilization).mockReturnValue({ active: 1, idle: 0, utilization: 0.99 });
    const options = { percentile: 99.9, delay: { fail: 500 }, utilization: { fail: 0.98 } };
    expect(await run(settled(options))).toMatchObject({
      status: 'DOWN',
      message: 'p99.9 of the delay: 600 ms, above 500 ms; utilization: 99 %, above 98 %',
    });
  });

  it('is DEGRADED for a loop that is always busy, and by default never DOWN', async () => {
    vi.mocked(performance.eventLoopUtilization).mockReturnValue({ active: 1, idle: 0, utilization: 0.96 });
    expect((await run(settled())).status).toBe('DEGRADED');
    expect((await run(settled({ utilization: false }))).status).toBe('UP');
  });

  it('does not compare its first second with limits', async () => {
    FakeHistogram.percentiles = { 99: 1000 };
    const indicator = create();
    expect(await run(indicator)).toEqual({ status: 'UP', data: { window_ms: 0 } });
    vi.advanceTimersByTime(999);
    expect((await run(indicator)).status).toBe('UP');
    vi.advanceTimersByTime(1);
    expect((await run(indicator)).status).toBe('DEGRADED');
  });

  it('has a delay of 0 before a measurement, and never a negative delay', async () => {
    const indicator = create({ window: 1000 });
    indicator.onApplicationBootstrap();
    FakeHistogram.percentiles = { 99: 1e9, 100: 19 };
    vi.advanceTimersByTime(1000);
    for (const histogram of FakeHistogram.all) histogram.count = 0;
    expect(await run(indicator)).toMatchObject({ status: 'UP', data: { delay_ms: 0 } });
    for (const histogram of FakeHistogram.all) histogram.count = 1;
    expect((await run(indicator)).data).toMatchObject({ delay_max_ms: 0 });
  });

  it('restarts both measurements with each window', () => {
    const indicator = create({ window: 1000 });
    indicator.onApplicationBootstrap();
    vi.mocked(performance.eventLoopUtilization).mockClear();
    vi.advanceTimersByTime(2000);
    expect(FakeHistogram.all.map(({ resets }) => resets)).toEqual([2, 2]);
    expect(performance.eventLoopUtilization).toHaveBeenCalledTimes(4);
  });

  it('measures the utilization from the beginning of the window', async () => {
    const mark = { active: 7, idle: 1, utilization: 0.9 };
    vi.mocked(performance.eventLoopUtilization).mockReturnValueOnce(mark);
    await run(settled());
    expect(performance.eventLoopUtilization).toHaveBeenLastCalledWith(mark);
  });

  it('releases its histograms and its timer when its module is destroyed', async () => {
    const indicator = create();
    indicator.onApplicationBootstrap();
    expect(FakeHistogram.all.map(({ isEnabled }) => isEnabled)).toEqual([true, true]);
    indicator.onModuleDestroy();
    expect(FakeHistogram.all.map(({ isEnabled }) => isEnabled)).toEqual([false, false]);
    expect(vi.getTimerCount()).toBe(0);
    expect(await run(indicator)).toEqual({ status: 'UNKNOWN', message: 'the measurement has ended' });
  });

  it('refuses options out of range', () => {
    const options = { percentile: 101, window: 50, delay: { warn: -1 }, utilization: { warn: 95 } };
    expect(faultsOf(EventLoopIndicator('event_loop', options))).toEqual([
      'EventLoopIndicator("event_loop"), percentile: its value is 101; use a number from 0.001 to 100',
      'EventLoopIndicator("event_loop"), window: its value is 50; use a whole number of milliseconds from 100 to 2147483647, or a text with a unit such as "500ms", "5s", "1m" or "1h"',
      'EventLoopIndicator("event_loop"), delay.warn: its value is -1; use false, or a number from 0 to 3600000',
      'EventLoopIndicator("event_loop"), utilization.warn: its value is 95; use false, or a number from 0 to 1',
    ]);
  });
});
