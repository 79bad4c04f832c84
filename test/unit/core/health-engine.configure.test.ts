import { describe, expect, it, vi } from 'vitest';
import type { CheckDefinition, CheckSettings } from '../../../src/core/check.js';
import { down, up } from '../../../src/core/result.js';
import { UnknownProbeError } from '../../../src/errors/unknown-probe.error.js';
import { checkSettings } from '../../support/check-definition.js';
import { RecordedEngine } from '../../support/engine.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { latch, never } from '../../support/latch.js';

describe('HealthEngine.configure', () => {
  useFakeClock();

  it('refuses an unknown name, and the name of a probe', () => {
    const { engine } = new RecordedEngine();
    expect(() => engine.configure('database', checkSettings())).toThrow(UnknownProbeError);
    expect(() => engine.configure('ready', checkSettings())).toThrow(UnknownProbeError);
  });

  it('applies to the next report, without a run while the result is still fresh', async () => {
    const check = vi.fn<CheckDefinition['check']>(() => down('away'));
    const health = new RecordedEngine().add('database', check, { ttl: 60_000 });
    expect((await health.report('ready')).status).toBe('DOWN');
    health.engine.configure('database', checkSettings({ critical: false, ttl: 60_000 }));
    expect((await health.report('ready')).status).toBe('DEGRADED');
    expect(check).toHaveBeenCalledOnce();
  });

  it('disables an indicator, and enables it again with a new run', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    const health = new RecordedEngine().add('database', check);
    await health.report('ready');
    health.engine.configure('database', checkSettings({ enabled: false }));
    await advance(60_000);
    expect(await health.statuses('ready')).toStrictEqual({ report: 'UP', database: 'SKIPPED' });
    expect(check).toHaveBeenCalledTimes(1);
    health.engine.configure('database', checkSettings());
    expect(await health.statuses('ready')).toStrictEqual({ report: 'UP', database: 'UP' });
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('moves an indicator to other probes', async () => {
    const health = new RecordedEngine().add('database', () => up());
    await health.report('ready');
    health.engine.configure('database', checkSettings({ probes: ['live'] }));
    expect(await health.statuses('ready')).toStrictEqual({ report: 'UP' });
    expect(await health.statuses('live')).toStrictEqual({ report: 'UP', database: 'UP' });
  });

  it('lets a run in progress end with the timeout and the thresholds that it began with', async () => {
    const health = new RecordedEngine().add('database', never, { timeout: 100, failureThreshold: 1 });
    const pending = health.report('ready');
    health.engine.configure('database', checkSettings({ timeout: 700, failureThreshold: 5, probes: ['ready'] }));
    await advance(100);
    expect((await pending).details['database']).toMatchObject({
      status: 'DOWN',
      error: expect.stringContaining('100'),
    });
  });

  it('applies a change completely or not at all to a report in progress', async () => {
    const open = latch();
    const health = new RecordedEngine().add('slow', () => open.promise).add('database', () => down('away'));
    const pending = health.report('ready');
    await advance(1);
    // The indicator is either critical in ready (503), or not in ready, and never non-critical in ready.
    health.engine.configure('database', checkSettings({ critical: false, probes: ['live'] }));
    open.open();
    await advance(1);
    expect(Object.keys((await pending).details)).toStrictEqual(['slow']);
  });

  it('adds an indicator with a result to a report in progress, and one without a result to the next report', async () => {
    const open = latch();
    const health = new RecordedEngine()
      .add('slow', () => open.promise)
      .add('known', () => up(), { probes: ['live'] })
      .add('off', () => up(), { probes: ['live'] });
    await health.report('known');
    const pending = health.report('ready');
    await advance(1);
    health.engine.configure('known', checkSettings());
    health.engine.configure('off', checkSettings({ enabled: false }));
    health.add('new', () => up());
    open.open();
    await advance(1);
    expect(Object.keys((await pending).details)).toStrictEqual(['slow', 'known', 'off']);
    expect(Object.keys((await health.report('ready')).details)).toStrictEqual(['slow', 'known', 'off', 'new']);
  });

  it('judges a run in progress by the thresholds that it began with', async () => {
    const open = latch();
    const check = vi.fn<CheckDefinition['check']>();
    const health = new RecordedEngine().add('database', check, { ttl: 0, failureThreshold: 1 });
    await health.report('ready');
    check.mockImplementation(() => open.promise.then(() => down('away')));
    await advance(1);
    const pending = health.statuses('ready');
    health.engine.configure('database', checkSettings({ ttl: 0, failureThreshold: 5 }));
    open.open();
    expect(await pending).toStrictEqual({ report: 'DOWN', database: 'DOWN' });
  });

  it('keeps the object of a definition whose check uses its properties', async () => {
    class Counting implements CheckDefinition {
      readonly name = 'counting';
      readonly settings = checkSettings();
      runs = 0;
      check(): void {
        this.runs += 1;
      }
    }
    const counting = new Counting();
    const health = new RecordedEngine();
    health.engine.add(counting);
    health.engine.configure('counting', checkSettings({ ttl: 5 }));
    await health.report('ready');
    expect(counting.runs).toBe(1);
  });

  describe('background runs', () => {
    const random = vi.spyOn(Math, 'random');
    const background = (check: CheckDefinition['check'], changed: Partial<CheckSettings>): RecordedEngine => {
      random.mockReturnValue(0.5);
      const health = new RecordedEngine().add('database', check, changed);
      health.engine.start();
      return health;
    };

    it('follow a shorter interval from the end of the latest run', async () => {
      const check = vi.fn<CheckDefinition['check']>();
      const { engine } = background(check, { interval: 10_000 });
      await advance(3000);
      engine.configure('database', checkSettings({ interval: 4000 }));
      await advance(999);
      expect(check).toHaveBeenCalledTimes(1);
      await advance(1);
      expect(check).toHaveBeenCalledTimes(2);
      await advance(4000);
      expect(check).toHaveBeenCalledTimes(3);
    });

    it('run at once, and only once, if the new interval has already passed', async () => {
      const check = vi.fn<CheckDefinition['check']>();
      const { engine } = background(check, { interval: 10_000 });
      await advance(3000);
      engine.configure('database', checkSettings({ interval: 1000 }));
      engine.configure('database', checkSettings({ interval: 500 }));
      await advance(0);
      expect(check).toHaveBeenCalledTimes(2);
      await advance(499);
      expect(check).toHaveBeenCalledTimes(2);
    });

    it('do not start beside a run in progress', async () => {
      const open = latch();
      const check = vi.fn<CheckDefinition['check']>(() => open.promise);
      const { engine } = background(check, { interval: 10_000, timeout: 60_000 });
      engine.configure('database', checkSettings({ interval: 1000, timeout: 60_000 }));
      engine.configure('database', checkSettings({ interval: 1000, enabled: false, timeout: 60_000 }));
      engine.configure('database', checkSettings({ interval: 1000, timeout: 60_000 }));
      await advance(5000);
      expect(check).toHaveBeenCalledTimes(1);
      open.open();
      await advance(1000);
      expect(check).toHaveBeenCalledTimes(2);
    });

    it('end when the indicator is disabled, and keep the interval when it is enabled again', async () => {
      const check = vi.fn<CheckDefinition['check']>();
      const { engine } = background(check, { interval: 10_000 });
      engine.configure('database', checkSettings({ interval: 10_000, enabled: false }));
      await advance(4000);
      engine.configure('database', checkSettings({ interval: 10_000 }));
      await advance(5999);
      expect(check).toHaveBeenCalledTimes(1);
      await advance(1);
      expect(check).toHaveBeenCalledTimes(2);
    });

    it('are awaited once when the indicator is enabled again with an outdated result', async () => {
      const open = latch();
      const check = vi.fn<CheckDefinition['check']>();
      const health = background(check, { interval: 10_000, maxAge: 20_000 });
      health.engine.configure('database', checkSettings({ interval: 10_000, maxAge: 20_000, enabled: false }));
      await advance(60_000);
      check.mockImplementation(() => open.promise);
      health.engine.configure('database', checkSettings({ interval: 10_000, maxAge: 20_000 }));
      const pending = health.statuses('ready');
      open.open();
      expect(await pending).toStrictEqual({ report: 'UP', database: 'UP' });
      expect(check).toHaveBeenCalledTimes(2);
      // Later probes do not wait for background runs.
      check.mockImplementation(never);
      await advance(10_000);
      expect(await health.statuses('ready')).toStrictEqual({ report: 'UP', database: 'UP' });
    });

    it('are delayed by a run that was requested meanwhile', async () => {
      const check = vi.fn<CheckDefinition['check']>();
      const { engine } = background(check, { interval: 10_000 });
      await advance(6000);
      await engine.runNow('database');
      await advance(9999);
      expect(check).toHaveBeenCalledTimes(2);
      await advance(1);
      expect(check).toHaveBeenCalledTimes(3);
    });

    it('do not directly follow a request that was in progress when the interval began', async () => {
      const open = latch();
      const check = vi.fn<CheckDefinition['check']>();
      const health = background(check, { ttl: 0 });
      await health.report('ready');
      await advance(700);
      check.mockImplementation(() => open.promise);
      const pending = health.report('ready');
      health.engine.configure('database', checkSettings({ interval: 1000 }));
      await advance(200);
      open.open();
      await pending;
      await advance(999);
      expect(check).toHaveBeenCalledTimes(2);
      await advance(1);
      expect(check).toHaveBeenCalledTimes(3);
    });

    it('end when the interval is removed, and then requests run the check', async () => {
      const check = vi.fn<CheckDefinition['check']>();
      const health = background(check, { interval: 10_000 });
      health.engine.configure('database', checkSettings());
      await advance(60_000);
      expect(check).toHaveBeenCalledTimes(1);
      await health.report('ready');
      expect(check).toHaveBeenCalledTimes(2);
    });

    it('begin at once for an indicator without a result that gets an interval', async () => {
      const check = vi.fn<CheckDefinition['check']>();
      const { engine } = background(check, {});
      engine.configure('database', checkSettings({ interval: 10_000 }));
      expect(check).toHaveBeenCalledTimes(1);
    });

    it('begin only after the start of the engine, and not after its end', async () => {
      const check = vi.fn<CheckDefinition['check']>();
      const { engine } = new RecordedEngine().add('database', check);
      engine.configure('database', checkSettings({ interval: 1000 }));
      await advance(5000);
      expect(check).not.toHaveBeenCalled();
      engine.start();
      expect(check).toHaveBeenCalledOnce();
      engine.stop();
      engine.configure('database', checkSettings({ interval: 10 }));
      await advance(5000);
      expect(check).toHaveBeenCalledOnce();
    });
  });
});

describe('HealthEngine.remove', () => {
  useFakeClock();

  it('removes an indicator from every report, and aborts its run', async () => {
    let signal: AbortSignal | undefined;
    const health = new RecordedEngine().add('tenant', (context) => {
      signal = context.signal;
      return never();
    });
    const pending = health.report('ready');
    health.engine.remove('tenant');
    await advance(1);
    expect(signal?.reason).toMatchObject({ name: 'AbortError', message: 'the indicator was removed' });
    expect((await pending).details).toStrictEqual({});
    expect(health.engine.has('tenant')).toBe(false);
    expect(() => health.engine.evaluate('tenant')).toThrow(UnknownProbeError);
    expect(health.changes).toStrictEqual([]);
    expect(health.runs).toStrictEqual([]);
  });

  it('drops the report of the single indicator, so that a new indicator of that name starts without it', async () => {
    const health = new RecordedEngine().add('tenant', () => down('away'));
    expect((await health.report('tenant')).status).toBe('DOWN');
    health.engine.remove('tenant');
    health.add('tenant', () => up());
    expect((await health.report('tenant')).status).toBe('UP');
    expect(health.changes.filter(({ to }) => to === 'UP')).toStrictEqual([]);
  });

  it.each([[undefined], [100]])(
    'rejects the probe of the removed indicator that waits for it (time limit: %s)',
    async (timeLimit) => {
      const { engine } = new RecordedEngine().add('tenant', never);
      const pending = Promise.allSettled([engine.evaluate('tenant', timeLimit)]);
      engine.remove('tenant');
      await advance(1000);
      expect(await pending).toMatchObject([{ reason: expect.any(UnknownProbeError) as unknown }]);
    },
  );

  it('rejects the probe of a composite whose last part is removed', async () => {
    const { engine } = new RecordedEngine().add('database/primary', never).add('database/replica', never);
    const pending = Promise.allSettled([engine.evaluate('database')]);
    engine.remove('database/primary');
    engine.remove('database/replica');
    await advance(1000);
    expect(await pending).toMatchObject([{ reason: expect.any(UnknownProbeError) as unknown }]);
  });

  it('ends the background runs', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    const { engine } = new RecordedEngine().add('tenant', check, { interval: 1000 });
    engine.start();
    engine.remove('tenant');
    await advance(10_000);
    expect(check).toHaveBeenCalledOnce();
  });

  it('lets the application start without an indicator for which startup waited', async () => {
    const health = new RecordedEngine().add('tenant', () => down('away'), { probes: ['startup'] });
    expect((await health.report('ready')).reason).toBe('starting: tenant');
    health.engine.remove('tenant');
    expect((await health.report('ready')).status).toBe('UP');
  });

  it('does nothing for an unknown name or for a probe', async () => {
    const health = new RecordedEngine().add('database', () => up());
    health.engine.remove('cache');
    health.engine.remove('ready');
    expect(await health.statuses('ready')).toStrictEqual({ report: 'UP', database: 'UP' });
  });
});

describe('HealthEngine.runNow', () => {
  useFakeClock();

  it('runs an indicator whose result is fresh', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    const health = new RecordedEngine().add('database', check, { ttl: 60_000 });
    await health.report('ready');
    await health.engine.runNow('database');
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('joins a run in progress', async () => {
    const open = latch();
    const check = vi.fn<CheckDefinition['check']>(() => open.promise);
    const health = new RecordedEngine().add('database', check);
    const both = Promise.all([health.engine.runNow('database'), health.engine.runNow('database')]);
    open.open();
    await both;
    expect(check).toHaveBeenCalledOnce();
  });

  it('does not run a disabled indicator, and refuses an unknown name', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    const health = new RecordedEngine().add('database', check, { enabled: false });
    await health.engine.runNow('database');
    expect(check).not.toHaveBeenCalled();
    expect(() => health.engine.runNow('cache')).toThrow(UnknownProbeError);
  });
});
