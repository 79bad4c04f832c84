import { describe, expect, it, vi } from 'vitest';
import type { CheckDefinition } from '../../../src/core/check.js';
import { degraded, down, up } from '../../../src/core/result.js';
import { RecordedEngine } from '../../support/engine.js';
import { latch } from '../../support/latch.js';
import { advance, timeAfter, useFakeClock } from '../../support/fake-clock.js';

type Check = CheckDefinition['check'];

const startup = { probes: ['startup'], ttl: 0 } as const;
const gone = (): ReturnType<typeof down> => down('gone');

describe('startup', () => {
  useFakeClock();

  it('waits only for the application when there are no startup indicators', async () => {
    const health = new RecordedEngine();
    health.gate.isBootstrapped = false;
    expect(await health.report('startup')).toMatchObject({ status: 'OUT_OF_SERVICE', reason: 'starting' });
    health.gate.isBootstrapped = true;
    health.engine.invalidate();
    expect((await health.report('startup')).status).toBe('UP');
  });

  it('stays passed once an indicator has passed, and does not run it again', async () => {
    const check = vi
      .fn<Check>()
      .mockReturnValueOnce(gone())
      .mockReturnValueOnce(up({ rows: 1 }))
      .mockImplementation(gone);
    const health = new RecordedEngine().add('cache', check, startup);
    expect(await health.statuses('startup')).toStrictEqual({ report: 'DOWN', cache: 'DOWN' });
    await advance(10);
    const passed = await health.report('startup');
    expect(passed.status).toBe('UP');
    await advance(60_000);
    const later = await health.evaluate('startup');
    expect(later.report.status).toBe('UP');
    expect(later.report.details).toStrictEqual(passed.details);
    expect(later.report.details['cache']?.checked_at).toBe(timeAfter(10));
    expect(later.checkedAt).toBe(timeAfter(60_010));
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('shows the current state of an indicator in other probes', async () => {
    const check = vi.fn<Check>().mockReturnValueOnce(up()).mockImplementation(gone);
    const health = new RecordedEngine().add('cache', check, startup);
    await health.report('startup');
    await advance(10);
    expect(await health.statuses('deep')).toStrictEqual({ report: 'DOWN', cache: 'DOWN' });
    expect(await health.statuses('startup')).toStrictEqual({ report: 'UP', cache: 'UP' });
  });

  it('waits for each of several indicators', async () => {
    const late = vi.fn<Check>(gone);
    const health = new RecordedEngine().add('first', () => up(), startup).add('late', late, startup);
    expect(await health.statuses('startup')).toStrictEqual({ report: 'DOWN', first: 'UP', late: 'DOWN' });
    late.mockReturnValue(degraded('lag'));
    await advance(10);
    expect(await health.statuses('startup')).toStrictEqual({ report: 'DEGRADED', first: 'UP', late: 'DEGRADED' });
  });

  it('counts an indicator whose condition is false as passed', async () => {
    const health = new RecordedEngine().add('cache', gone, { ...startup, when: () => false });
    expect((await health.report('startup')).status).toBe('UP');
    expect((await health.report('ready')).status).toBe('UP');
  });

  it('waits for a pass that the threshold accepts', async () => {
    const check = vi.fn<Check>().mockReturnValueOnce(gone()).mockReturnValue(up());
    const health = new RecordedEngine().add('cache', check, { ...startup, successThreshold: 3 });
    const statuses: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      statuses.push((await health.report('startup')).status);
      await advance(10);
    }
    expect(statuses).toStrictEqual(['DOWN', 'DOWN', 'DOWN', 'UP']);
  });

  it('stays passed also when a startup indicator is added later and fails', async () => {
    const health = new RecordedEngine().add('cache', () => up(), startup);
    await health.report('startup');
    health.add('lazy', gone, startup);
    expect(await health.statuses('startup')).toStrictEqual({ report: 'DEGRADED', cache: 'UP', lazy: 'DOWN' });
    expect((await health.report('ready')).status).toBe('UP');
  });

  it('waits for an indicator that is added before the application has started', async () => {
    const health = new RecordedEngine();
    health.gate.isBootstrapped = false;
    await health.report('startup');
    await health.report('ready');
    health.add('cache', gone, startup);
    health.gate.isBootstrapped = true;
    expect((await health.report('startup')).status).toBe('DOWN');
  });

  describe('and ready', () => {
    it('is not ready until the startup indicators have passed once, and names the awaited ones', async () => {
      const cache = vi.fn<Check>(gone);
      const index = vi.fn<Check>(gone);
      const health = new RecordedEngine()
        .add('cache', cache, startup)
        .add('index', index, startup)
        .add('database', () => up());
      expect(await health.report('ready')).toMatchObject({
        status: 'OUT_OF_SERVICE',
        reason: 'starting: cache, index',
        details: { database: { status: 'UP' } },
      });
      cache.mockReturnValue(up());
      await advance(1001);
      expect((await health.report('ready')).reason).toBe('starting: index');
      index.mockReturnValue(up());
      await advance(1001);
      const ready = await health.report('ready');
      expect(ready.status).toBe('UP');
      expect(ready).not.toHaveProperty('reason');
      expect(Object.keys(ready.details)).toStrictEqual(['database']);
    });

    it('runs the startup indicators until they have passed, although the startup probe is never requested', async () => {
      const check = vi.fn<Check>().mockReturnValueOnce(gone()).mockReturnValue(up());
      const health = new RecordedEngine().add('cache', check, startup);
      for (let count = 0; count < 5; count += 1) {
        await health.report('ready');
        await advance(1001);
      }
      expect(check).toHaveBeenCalledTimes(2);
    });

    it('runs them as often as their ttl permits', async () => {
      const check = vi.fn<Check>(gone);
      const health = new RecordedEngine().add('cache', check, { probes: ['startup'], ttl: 100 });
      for (let count = 0; count < 3; count += 1) {
        await health.report('ready');
        await advance(101);
      }
      expect(check).toHaveBeenCalledTimes(3);
    });

    it('waits for them, so that ready is UP as soon as they have passed', async () => {
      const warm = latch();
      const health = new RecordedEngine().add('cache', () => warm.promise, startup);
      const responded = vi.fn<(status: string) => void>();
      void health.report('ready').then(({ status }) => responded(status));
      await advance(100);
      expect(responded).not.toHaveBeenCalled();
      warm.open();
      await advance(0);
      expect(responded).toHaveBeenCalledExactlyOnceWith('UP');
    });

    it('does not wait while their results are fresh', async () => {
      const health = new RecordedEngine().add('cache', gone, { probes: ['startup'], ttl: 1000 });
      await health.report('ready');
      health.engine.invalidate();
      expect(health.engine.evaluate('ready')).toMatchObject({ report: { reason: 'starting: cache' } });
    });

    it('waits for them no longer than its deadline', async () => {
      const health = new RecordedEngine({ deadline: 300 }).add('cache', () => new Promise(() => undefined), startup);
      const responded = vi.fn<(reason: unknown) => void>();
      void health.report('ready').then(({ reason }) => responded(reason));
      await advance(300);
      expect(responded).toHaveBeenCalledExactlyOnceWith('starting: cache');
    });

    it('does not wait for those that are disabled or not critical', async () => {
      const health = new RecordedEngine()
        .add('disabled', gone, { ...startup, enabled: false })
        .add('optional', gone, { ...startup, critical: false });
      expect((await health.report('ready')).status).toBe('UP');
      expect(await health.statuses('startup')).toStrictEqual({
        report: 'DEGRADED',
        disabled: 'SKIPPED',
        optional: 'DOWN',
      });
    });

    it('shows the reason of the application first', async () => {
      const health = new RecordedEngine().add('cache', gone, startup);
      health.gate.closedBecause = 'shutting down';
      expect((await health.report('ready')).reason).toBe('shutting down');
    });

    it('waits also for background indicators until they have passed', async () => {
      vi.spyOn(Math, 'random').mockReturnValue(0.5);
      const check = vi.fn<Check>().mockReturnValueOnce(gone()).mockReturnValue(up());
      const health = new RecordedEngine().add('cache', check, { probes: ['startup'], interval: 1000 });
      health.engine.start();
      await advance(0);
      expect((await health.report('ready')).reason).toBe('starting: cache');
      await advance(1000);
      expect((await health.report('ready')).status).toBe('UP');
      vi.restoreAllMocks();
    });
  });
});
