import { availableParallelism } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CpuIndicator, type CpuIndicatorOptions } from '../../../src/indicators/cpu.indicator.js';
import { faultsOf, run } from './indicator.js';

/** The milliseconds of CPU time that the process has used so far, a quarter of them in the kernel. */
let worked = 0;
const STEP = 50;

function pass(milliseconds: number, share: number): void {
  for (let passed = 0; passed < milliseconds; passed += STEP) {
    worked += STEP * share;
    vi.advanceTimersByTime(STEP);
  }
}

interface Hooked {
  onApplicationBootstrap(): void;
  onModuleDestroy(): void;
}

function start(options: CpuIndicatorOptions = { cores: 1 }) {
  const indicator = new (CpuIndicator('cpu', options))() as InstanceType<ReturnType<typeof CpuIndicator>> & Hooked;
  indicator.onApplicationBootstrap();
  return indicator;
}

describe('CpuIndicator', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    worked = 0;
    vi.spyOn(process, 'cpuUsage').mockImplementation((since = { user: 0, system: 0 }) => ({
      user: worked * 750 - since.user,
      system: worked * 250 - since.system,
    }));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('reports the used share of its cores', async () => {
    const indicator = start({ cores: 4 });
    pass(4000, 1.5);
    expect(await run(indicator)).toEqual({
      status: 'UP',
      data: { usage: 0.375, cores_used: 1.5, cores: 4, window_ms: 4000 },
    });
  });

  it.each([
    [0.9, 'UP', undefined],
    [0.95, 'DEGRADED', 'CPU in use: 95 %, above 90 %'],
    [1, 'DEGRADED', 'CPU in use: 100 %, above 90 %'],
  ])('with a usage of %d is %s', async (share, status, message) => {
    const indicator = start();
    pass(1000, share);
    const result = await run(indicator);
    expect([result.status, result.message]).toEqual([status, message]);
  });

  it('is DOWN only when the option for it is set', async () => {
    const indicator = start({ cores: 0.5, usage: { fail: 0.98 } });
    pass(1000, 0.5);
    expect((await run(indicator)).status).toBe('DOWN');
    const lenient = start({ cores: 0.5, usage: false });
    pass(1000, 0.5);
    expect((await run(lenient)).status).toBe('UP');
  });

  it('uses the number of cores that Node reports', async () => {
    const indicator = start({});
    pass(1000, 0.1);
    expect((await run(indicator)).data).toMatchObject({ cores: availableParallelism() });
  });

  it('ignores values that are older than the window', async () => {
    const indicator = start({ cores: 1, window: 1000 });
    pass(3000, 1);
    expect((await run(indicator)).status).toBe('DEGRADED');
    pass(1000, 0);
    expect(await run(indicator)).toMatchObject({ status: 'UP', data: { usage: 0 } });
  });

  it('does not compare its first second with limits', async () => {
    const indicator = start({ cores: 1, usage: { fail: 0.95 } });
    pass(950, 1);
    expect(await run(indicator)).toEqual({ status: 'UP', data: { window_ms: 950 } });
    pass(50, 1);
    expect((await run(indicator)).status).toBe('DOWN');
  });

  it('releases its timer when its module is destroyed', async () => {
    const indicator = start();
    indicator.onModuleDestroy();
    expect(vi.getTimerCount()).toBe(0);
    expect(await run(indicator)).toEqual({ status: 'UNKNOWN', message: 'the measurement has ended' });
  });

  it('refuses options out of range', () => {
    expect(faultsOf(CpuIndicator('cpu', { cores: 0, window: 1.5, usage: { warn: 90 } }))).toEqual([
      'CpuIndicator("cpu"), cores: its value is 0; use a number from 0.001 to 4096',
      'CpuIndicator("cpu"), window: its value is 1.5; use a whole number of milliseconds from 100 to 2147483647, or a text with a unit such as "500ms", "5s", "1m" or "1h"',
      'CpuIndicator("cpu"), usage.warn: its value is 90; use false, or a number from 0 to 1',
    ]);
  });
});
