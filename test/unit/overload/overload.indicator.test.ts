import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { resolveModuleOptions } from '../../../src/options/resolve-module.js';
import { OverloadIndicator, type OverloadIndicatorOptions } from '../../../src/overload/index.js';
import { FakeHistogram } from '../indicators/fake-histogram.js';
import { faultsOf, run } from '../indicators/indicator.js';

vi.mock('node:perf_hooks', { spy: true });

interface Hooked {
  onApplicationBootstrap(): void;
  onModuleDestroy(): void;
  requestsInFlight?: (counts: (path: string) => boolean) => number | undefined;
  endpointParts?: object;
}

/** An indicator with enough measurements, which discards none during the test. */
function settled(options?: OverloadIndicatorOptions) {
  const indicator = new (OverloadIndicator('overload', { window: '1h', ...options }))();
  const hooked = Object.assign(indicator, indicator as typeof indicator & Hooked);
  hooked.onApplicationBootstrap();
  vi.advanceTimersByTime(1000);
  return hooked;
}

/** The 99th percentile of the delay, in milliseconds. */
const setDelay = (delay: number): void => void (FakeHistogram.percentiles = { 99: delay + 20 });
const setUtilization = (utilization: number): void =>
  void vi.mocked(performance.eventLoopUtilization).mockReturnValue({ active: 1, idle: 1, utilization });

describe('OverloadIndicator', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeHistogram.all = [];
    setDelay(5);
    vi.mocked(monitorEventLoopDelay).mockImplementation((options = {}) => new FakeHistogram(options) as never);
    vi.spyOn(performance, 'eventLoopUtilization').mockReturnValue({ active: 5, idle: 5, utilization: 0.5 });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('reports the load and its limits', async () => {
    expect(await run(settled())).toEqual({
      status: 'UP',
      data: { delay_ms: 5, delay_limit_ms: 100, utilization: 0.5, utilization_limit: 0.95, window_ms: 1000 },
    });
    const options = { delay: false, inFlight: 10, down: { utilization: 0.99, inFlight: 50 }, count: () => 7 } as const;
    expect(await run(settled(options))).toEqual({
      status: 'UP',
      data: {
        delay_ms: 5,
        utilization: 0.5,
        utilization_limit: 0.95,
        utilization_down_limit: 0.99,
        in_flight: 7,
        in_flight_limit: 10,
        in_flight_down_limit: 50,
        window_ms: 1000,
      },
    });
  });

  it('stays DEGRADED in each run in which the fleet holds it back, and tells the fleet when it recovers', async () => {
    let refusal: string | undefined = 'stays in rotation: 2 of 4 instances are unready, the limit is 2';
    const asked: unknown[][] = [];
    const recovered = vi.fn<(indicator: string) => void>();
    const indicator = settled({ utilization: false, hold: 0, down: { delay: 500 } });
    Object.assign(indicator, {
      monitor: {
        unreadyLimit: {
          refusal: (...question: unknown[]) => {
            asked.push(question);
            return refusal;
          },
          recovered,
        },
      },
    });
    setDelay(600);
    expect(await run(indicator)).toMatchObject({
      status: 'DEGRADED',
      message: expect.stringMatching(/600 ms.*; stays in rotation: 2 of 4/) as unknown,
    });
    vi.advanceTimersByTime(5000);
    refusal = undefined;
    expect(await run(indicator)).toMatchObject({ status: 'DOWN' });
    expect(asked).toStrictEqual([
      ['overload', expect.any(Number)],
      ['overload', asked[0]?.[1]],
    ]);
    refusal = 'stays in rotation: the place was lost';
    expect(await run(indicator)).toMatchObject({ status: 'DEGRADED' });
    expect(recovered).not.toHaveBeenCalled();
    setDelay(5);
    expect(await run(indicator)).toMatchObject({ status: 'UP' });
    expect(recovered.mock.calls).toStrictEqual([['overload']]);
    setDelay(600);
    expect(await run(indicator)).toMatchObject({ status: 'DEGRADED' });
  });

  it('is DEGRADED above a limit at once, with every reason, and recovers after the hold below the release', async () => {
    let inFlight = 3;
    const indicator = settled({ utilization: false, inFlight: 10, release: 0.5, count: () => inFlight });
    setDelay(250.04);
    inFlight = 11;
    expect(await run(indicator)).toMatchObject({
      status: 'DEGRADED',
      message: 'p99 of the delay: 250 ms, above 100 ms; in flight: 11, above 10',
    });

    setDelay(50);
    inFlight = 4;
    vi.advanceTimersByTime(60_000);
    // A number that is not below its release: 50 is half of 100.
    expect(await run(indicator)).toMatchObject({
      status: 'DEGRADED',
      message: 'below its limits again, and recovers after 10000 ms below 50 % of them',
    });
    setDelay(49);
    await run(indicator);
    vi.advanceTimersByTime(9999);
    expect((await run(indicator)).status).toBe('DEGRADED');
    vi.advanceTimersByTime(1);
    expect((await run(indicator)).status).toBe('UP');
  });

  it('is never DOWN without the option down', async () => {
    const indicator = settled({ hold: 0 });
    setDelay(60_000);
    setUtilization(1);
    for (let minutes = 0; minutes < 10; minutes += 1) {
      expect((await run(indicator)).status).toBe('DEGRADED');
      vi.advanceTimersByTime(60_000);
    }
  });

  it('is DEGRADED first and DOWN only after the hold above a limit of down, then DEGRADED, then UP', async () => {
    const indicator = settled({ utilization: false, hold: 5000, down: { delay: 1000 } });
    const after = async (milliseconds: number, delay: number): Promise<string> => {
      vi.advanceTimersByTime(milliseconds);
      setDelay(delay);
      const { status, message } = await run(indicator);
      return message === undefined ? status : `${status} ${message}`;
    };
    expect(await after(0, 2000)).toBe('DEGRADED p99 of the delay: 2000 ms, above 100 ms');
    expect(await after(4999, 2000)).toBe('DEGRADED p99 of the delay: 2000 ms, above 100 ms');
    expect(await after(1, 2000)).toBe('DOWN p99 of the delay: 2000 ms, above 1000 ms');
    expect(await after(1, 900)).toBe('DOWN p99 of the delay: 900 ms, above 100 ms');
    expect(await after(1, 790)).toBe('DOWN p99 of the delay: 790 ms, above 100 ms');
    expect(await after(5000, 790)).toBe('DEGRADED p99 of the delay: 790 ms, above 100 ms');
    expect(await after(1, 10)).toBe('DEGRADED below its limits again, and recovers after 5000 ms below 80 % of them');
    expect(await after(5000, 10)).toBe('UP');
  });

  it('is not DOWN by an interrupted excess', async () => {
    const indicator = settled({ hold: 5000, down: { utilization: 0.98 } });
    for (let rounds = 0; rounds < 5; rounds += 1) {
      setUtilization(0.99);
      expect((await run(indicator)).status).toBe('DEGRADED');
      vi.advanceTimersByTime(4000);
      setUtilization(0.97);
      expect((await run(indicator)).status).toBe('DEGRADED');
      vi.advanceTimersByTime(4000);
    }
  });

  it('counts the requests on the servers of the application, without those of the health endpoints', async () => {
    const indicator = settled({ inFlight: 1 });
    const paths = ['/health/ready', '/api/health/deep', '/orders', '/orders/7'];
    indicator.requestsInFlight = (counts) => paths.filter((path) => counts(path)).length;
    indicator.endpointParts = { settings: resolveModuleOptions({}).settings };
    expect(await run(indicator)).toMatchObject({
      status: 'DEGRADED',
      message: 'in flight: 2, above 1',
      data: { in_flight: 2 },
    });
  });

  it('does not compare requests that cannot be counted', async () => {
    const indicator = settled({ inFlight: 1 });
    indicator.requestsInFlight = () => undefined;
    const { status, data } = await run(indicator);
    expect(status).toBe('UP');
    expect(data).not.toHaveProperty('in_flight');
  });

  it.each([
    ['"many"', () => 'many'],
    ['NaN', () => NaN],
    ['null', () => null],
  ])('is DOWN when count returns %s, which is not a number', async (shown, count) => {
    expect(await run(settled({ inFlight: 1, count: count as () => number }))).toMatchObject({
      status: 'DOWN',
      message: `count returned ${shown} instead of a number`,
    });
  });

  it('is DOWN when count is an async function, whose rejection does not end the process', async () => {
    const unhandled = vi.fn<() => void>();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    const rejects = (): Promise<never> => Promise.reject(new Error('no count'));
    const result = await run(settled({ inFlight: 1, count: rejects as unknown as () => number }));
    expect(result).toMatchObject({ status: 'DOWN', message: 'count returned a promise instead of a number' });
    vi.useRealTimers();
    await setImmediate();
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is not compared with its limits at its start', async () => {
    setDelay(5000);
    const indicator = new (OverloadIndicator('overload'))();
    expect(await run(indicator)).toEqual({ status: 'UP', data: { window_ms: 0 } });
  });

  it('releases its histograms and its timer when its module is destroyed', async () => {
    const indicator = settled();
    expect(FakeHistogram.all.map(({ isEnabled }) => isEnabled)).toEqual([true, true]);
    indicator.onModuleDestroy();
    expect(FakeHistogram.all.map(({ isEnabled }) => isEnabled)).toEqual([false, false]);
    expect(vi.getTimerCount()).toBe(0);
    expect(await run(indicator)).toEqual({ status: 'UNKNOWN', message: 'the measurement has ended' });
  });

  it('refuses options that are out of range, contradictory or unknown', () => {
    const options = {
      delay: 0,
      inFlight: 1.5,
      release: 2,
      hold: 'soon',
      down: { delay: 50, utilization: 0.5, inFligth: 7 },
    } as unknown as OverloadIndicatorOptions;
    const places = faultsOf(OverloadIndicator('overload', options));
    expect(places).toEqual([
      'OverloadIndicator("overload"), delay: its value is 0; use false, or a number from 1 to 3600000',
      'OverloadIndicator("overload"), inFlight: its value is 1.5; use false, or a whole number from 1 to 9007199254740991',
      'OverloadIndicator("overload"), release: its value is 2; use a number from 0.01 to 1',
      expect.stringMatching(
        /^OverloadIndicator\("overload"\), hold: its value is "soon"; use a whole number of milliseconds/,
      ),
      'OverloadIndicator("overload"), down.utilization: its value is 0.5; use false, or a number from 0.01 to 1, and not below utilization (0.95)',
      expect.stringMatching(/there is no option "down.inFligth"; did you mean "down.inFlight"/i),
    ]);
  });

  it('refuses a limit of down that has no lower limit, and a down that is not an object', () => {
    expect(faultsOf(OverloadIndicator('overload', { down: { inFlight: 7 }, count: () => 0 }))).toEqual([
      'OverloadIndicator("overload"), down.inFlight: its value is 7; use false, or set inFlight too',
    ]);
    expect(faultsOf(OverloadIndicator('overload', { down: true as never }))).toEqual([
      'OverloadIndicator("overload"), down: its value is true; use an object of "delay", "utilization" and "inFlight"',
    ]);
  });
});
