import { describe, expect, it, vi } from 'vitest';
import type { CheckDefinition } from '../../../src/core/check.js';
import { degraded, down, outOfService, skipped, up } from '../../../src/core/result.js';
import { UnknownProbeError } from '../../../src/errors/unknown-probe.error.js';
import { RecordedEngine } from '../../support/engine.js';
import { START, advance, useFakeClock } from '../../support/fake-clock.js';
import { bare, revoked, selfCausedError, unreadableError, untouchable } from '../../support/hostile.js';
import { latch, never } from '../../support/latch.js';

type Check = CheckDefinition['check'];

const throwing =
  (thrown: unknown): Check =>
  () => {
    throw thrown;
  };

describe('HealthEngine', () => {
  useFakeClock();

  describe('names that can be evaluated', () => {
    it('are the probes, the groups and the indicators', async () => {
      const health = new RecordedEngine({
        groups: new Map([['billing', { indicators: ['payments'], tags: ['money'] }]]),
      })
        .add('database', () => up(), { probes: ['ready', 'live'] })
        .add('payments', () => up())
        .add('ledger', () => up(), { probes: [], tags: ['money'] });
      const asked: Record<string, string[]> = {};
      for (const name of ['live', 'ready', 'startup', 'deep', 'billing', 'ledger']) {
        expect(health.engine.has(name)).toBe(true);
        asked[name] = Object.keys((await health.report(name)).details);
      }
      expect(asked).toStrictEqual({
        live: ['database'],
        ready: ['database', 'payments'],
        startup: [],
        deep: ['database', 'payments', 'ledger'],
        billing: ['payments', 'ledger'],
        ledger: ['ledger'],
      });
      expect(health.engine.size).toBe(3);
    });

    it('are listed: the standard probes, the groups, and the indicators in registration order', () => {
      const groups = new Map([['billing', { indicators: ['payments'], tags: [] }]]);
      const { engine } = new RecordedEngine({ groups }).add('stock', () => up()).add('payments', () => up());
      expect(engine.probes).toEqual(['live', 'ready', 'startup', 'deep', 'billing']);
      expect(engine.indicators).toEqual(['stock', 'payments']);
      expect([...engine.runners].map(({ name }) => name)).toEqual(['stock', 'payments']);
    });

    it('can be read without running a check', async () => {
      const check = vi.fn<() => void>();
      const health = new RecordedEngine().add('stock', check);
      expect(health.engine.peek('ready').report).toMatchObject({ details: { stock: { status: 'UNKNOWN' } } });
      expect(check).not.toHaveBeenCalled();

      await health.evaluate('ready');
      await advance(60_000);
      expect(health.engine.peek('ready').report.details['stock']?.status).toBe('UP');
      expect(health.engine.peek('stock').report.details['stock']?.status).toBe('UP');
      expect(check).toHaveBeenCalledOnce();
    });

    it('do not include other names', () => {
      const health = new RecordedEngine().add('database', () => up());
      expect(health.engine.has('cache')).toBe(false);
      expect(() => health.engine.evaluate('cache')).toThrow(
        new UnknownProbeError('cache', ['live', 'ready', 'startup', 'deep', 'database']),
      );
      expect(() => health.engine.evaluate('__proto__')).toThrow(UnknownProbeError);
    });

    it('include an indicator, whose report is reused like that of a probe', async () => {
      const health = new RecordedEngine().add('database', () => up());
      const first = await health.evaluate('database');
      expect(health.engine.evaluate('database')).toBe(first);
    });
  });

  describe('aggregation', () => {
    it('is DEGRADED by a non-critical failure, and DOWN as a single check', async () => {
      const health = new RecordedEngine()
        .add('database', () => up())
        .add('cache', throwing(new Error('x')), { critical: false });
      expect(await health.statuses('ready')).toStrictEqual({ report: 'DEGRADED', database: 'UP', cache: 'DOWN' });
      expect(await health.statuses('cache')).toStrictEqual({ report: 'DOWN', cache: 'DOWN' });
    });

    it('is DOWN when a critical failure occurs beside a degraded indicator', async () => {
      const health = new RecordedEngine().add('a', () => degraded('lag')).add('b', () => down('gone'));
      expect((await health.report('ready')).status).toBe('DOWN');
    });

    it('leaves out indicators that are disabled, skipped by a condition, or return skipped()', async () => {
      const check = vi.fn<Check>();
      const health = new RecordedEngine()
        .add('disabled', check, { enabled: false })
        .add('conditional', check, { when: () => false })
        .add('own', () => skipped('no replica'));
      expect(await health.statuses('ready')).toStrictEqual({
        report: 'UP',
        disabled: 'SKIPPED',
        conditional: 'SKIPPED',
        own: 'SKIPPED',
      });
      expect(check).not.toHaveBeenCalled();
    });

    it('keeps failing dependencies out of live', async () => {
      const health = new RecordedEngine().add('database', throwing(new Error('x')));
      expect(await health.statuses('live')).toStrictEqual({ report: 'UP' });
      expect(health.runs).toHaveLength(0);
    });

    it('is DOWN for live when an indicator with the probe live fails', async () => {
      const health = new RecordedEngine().add('loop', () => down('stuck'), { probes: ['live'] });
      expect(await health.statuses('live')).toStrictEqual({ report: 'DOWN', loop: 'DOWN' });
    });
  });

  describe('unexpected errors and results of a check', () => {
    it.each<[string, Check]>([
      ['throws an error', throwing(new Error('x'))],
      ['throws a string', throwing('x')],
      ['throws undefined', throwing(undefined)],
      ['throws null', throwing(null)],
      ['throws a proxy that refuses everything', throwing(untouchable())],
      ['throws a revoked proxy', throwing(revoked())],
      ['throws an error that cannot be read', throwing(unreadableError())],
      ['throws an error that is its own cause', throwing(selfCausedError())],
      ['throws an object without a prototype', throwing(bare())],
      ['throws an AggregateError', throwing(new AggregateError([]))],
      ['rejects', () => Promise.reject(new Error('x'))],
      ['rejects with undefined', () => Promise.reject(undefined)],
      ['returns null', () => null],
      ['returns a string', () => 'ok'],
      ['returns true', () => true],
      ['returns an array', () => []],
      ['returns another status', () => ({ status: 'down' })],
      ['returns a proxy that refuses everything', untouchable],
      ['returns a revoked proxy', revoked],
    ])('make only this check DOWN when it %s', async (_what, check) => {
      const health = new RecordedEngine().add('hostile', check).add('database', () => up());
      expect(await health.statuses('ready')).toStrictEqual({ report: 'DOWN', hostile: 'DOWN', database: 'UP' });
      const { details } = await health.report('ready');
      expect(details['hostile']?.error).toMatch(/\w/);
      expect(() => JSON.stringify(details)).not.toThrow();
    });

    it('do not put secrets into the report, and reach listeners only as the cause', async () => {
      const error = Object.assign(new Error('postgres://user:hunter2@db'), { code: 'hunter2', password: 'hunter2' });
      const health = new RecordedEngine()
        .add('thrown', throwing(error))
        .add('said', () => down('see redis://:hunter2@cache', { password: 'hunter2', url: 'redis://:hunter2@cache' }));
      expect(JSON.stringify(await health.report('deep'))).not.toContain('hunter2');
      const [thrown, said] = health.changes;
      expect(thrown?.cause).toBe(error);
      expect(JSON.stringify({ ...thrown, cause: undefined })).not.toContain('hunter2');
      expect(JSON.stringify(said)).not.toContain('hunter2');
    });
  });

  describe('a check that hangs', () => {
    it('is DOWN regardless of failureThreshold', async () => {
      const health = new RecordedEngine().add('database', vi.fn<Check>(never).mockReturnValueOnce(up()), {
        failureThreshold: 5,
        ttl: 0,
        maxAge: 30_000,
      });
      for (let count = 0; count < 100; count += 1) {
        void health.report('ready');
        await advance(1000);
      }
      const last = health.report('ready');
      await advance(800);
      expect((await last).status).not.toBe('UP');
    });

    it('is DOWN from the moment when its last good result is too old, also in the pause before the next attempt', async () => {
      const results: Check[] = [() => up(), never];
      const settings = { timeout: 100, ttl: 0, maxAge: 700, failureThreshold: 3 };
      const health = new RecordedEngine().add('database', (context) => results.shift()?.(context), settings);
      await health.report('ready');
      await advance(500);
      const hanging = health.report('ready');
      await advance(100);
      expect((await hanging).status).toBe('UP');
      // After the timeout, its last result is the timeout, which the threshold holds back.
      await advance(650);
      expect((await health.report('ready')).status).toBe('UP');
      await advance(50);
      expect((await health.report('ready')).status).toBe('UP');
      await advance(1);
      expect((await health.report('ready')).status).toBe('DOWN');
    });

    it('runs at most five times for a hundred probes, each of which responds within the deadline', async () => {
      const check = vi.fn<Check>(never);
      const health = new RecordedEngine({ deadline: 800 }).add('database', check, { timeout: 500, ttl: 1000 });
      for (let count = 0; count < 100; count += 1) {
        const responded = vi.fn<(status: string) => void>();
        void health.report('ready').then(({ status }) => responded(status));
        await advance(800);
        expect(responded).toHaveBeenCalledExactlyOnceWith('DOWN');
      }
      expect(check).toHaveBeenCalledTimes(5);
    });

    it('runs again as soon as the abandoned run ends, before the pause is over', async () => {
      const hangs = latch();
      const check = vi.fn<() => Promise<void>>().mockReturnValueOnce(hangs.promise).mockResolvedValue();
      const health = new RecordedEngine().add('stock', check, { timeout: 100, ttl: 10 });
      const first = health.evaluate('ready');
      await advance(100);
      await first;

      await advance(50);
      expect(await health.statuses('ready')).toMatchObject({ stock: 'DOWN' });
      hangs.open();
      await advance(0);
      expect(await health.statuses('ready')).toMatchObject({ stock: 'UP' });
      expect(check).toHaveBeenCalledTimes(2);
    });

    it('frees its place for other checks when maxConcurrency is set', async () => {
      const health = new RecordedEngine({ maxConcurrency: 1, deadline: 800 })
        .add('hangs', never, { timeout: 500 })
        .add('works', () => up());
      const statuses = health.statuses('ready');
      await advance(500);
      expect(await statuses).toStrictEqual({ report: 'DOWN', hangs: 'DOWN', works: 'UP' });
    });
  });

  describe('the application itself', () => {
    it('makes only ready fail, with its reason', async () => {
      const health = new RecordedEngine().add('database', () => up(), { probes: ['ready', 'live', 'startup'] });
      health.gate.closedBecause = 'maintenance';
      expect(await health.report('ready')).toMatchObject({
        status: 'OUT_OF_SERVICE',
        reason: 'maintenance',
        details: { database: { status: 'UP' } },
      });
      for (const probe of ['live', 'startup', 'deep', 'database']) {
        const report = await health.report(probe);
        expect(report.status).toBe('UP');
        expect(report).not.toHaveProperty('reason');
      }
    });

    it('is worse than a degraded indicator and better than a failed one', async () => {
      const health = new RecordedEngine().add('cache', () => degraded('lag'));
      health.gate.closedBecause = 'maintenance';
      expect((await health.report('ready')).status).toBe('OUT_OF_SERVICE');
      health.add('database', () => down('gone'));
      expect(await health.report('ready')).toMatchObject({ status: 'DOWN', reason: 'maintenance' });
    });

    it('passes again when its reason is removed', async () => {
      const health = new RecordedEngine();
      health.gate.closedBecause = 'maintenance';
      expect((await health.report('ready')).status).toBe('OUT_OF_SERVICE');
      health.gate.closedBecause = undefined;
      health.engine.invalidate();
      const report = await health.report('ready');
      expect(report.status).toBe('UP');
      expect(report).not.toHaveProperty('reason');
    });
  });

  describe('stop', () => {
    it('responds to probes from existing results, and leaves no timer', async () => {
      const check = vi.fn<Check>();
      const health = new RecordedEngine()
        .add('database', check, { ttl: 0 })
        .add('background', check, { interval: 1000 })
        .add('hangs', never, { timeout: 60_000 });
      health.engine.start();
      const pending = health.report('ready');
      await advance(0);
      health.engine.stop();
      expect((await pending).details['hangs']?.status).toBe('UNKNOWN');
      expect(vi.getTimerCount()).toBe(0);
      check.mockClear();
      await advance(60_000);
      expect(await health.statuses('ready')).toMatchObject({ database: 'UP', hangs: 'UNKNOWN' });
      expect(check).not.toHaveBeenCalled();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('announces no run that it has interrupted', async () => {
      const health = new RecordedEngine().add('hangs', never);
      const pending = health.report('ready');
      health.engine.stop();
      await pending;
      expect(health.changes).toStrictEqual([]);
      expect(health.runs).toStrictEqual([]);
    });

    it('begins no further background run', async () => {
      const check = vi.fn<Check>();
      const health = new RecordedEngine().add('background', check, { interval: 1000 });
      health.engine.stop();
      health.engine.start();
      await advance(10_000);
      expect(check).not.toHaveBeenCalled();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('does not run an indicator that is added later', async () => {
      const check = vi.fn<Check>();
      const health = new RecordedEngine();
      health.engine.start();
      health.engine.stop();
      health.add('late', check).add('background', check, { interval: 1000 });
      await health.report('deep');
      await advance(10_000);
      expect(check.mock.calls).toHaveLength(0);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  describe('the wall clock', () => {
    it('affects only the displayed times when it is set back', async () => {
      const check = vi.fn<Check>(() => down('gone'));
      const health = new RecordedEngine()
        .add('database', check, { ttl: 1000 })
        .add('background', () => up(), { interval: 60_000, maxAge: 5000 });
      health.engine.start();
      await advance(0);
      await health.report('ready');
      vi.setSystemTime('2001-01-01T00:00:00.000Z');
      await advance(1000);
      await health.report('ready');
      expect(check).toHaveBeenCalledTimes(1);
      await advance(1);
      const report = await health.report('ready');
      expect(check).toHaveBeenCalledTimes(2);
      expect(report).toMatchObject({
        timestamp: '2001-01-01T00:00:01.001Z',
        details: { database: { status: 'DOWN', since: START }, background: { status: 'UP' } },
      });
      await advance(3999);
      expect((await health.statuses('ready'))['background']).toBe('UP');
      await advance(1);
      expect((await health.statuses('ready'))['background']).toBe('UNKNOWN');
    });

    it('is not used to measure an outage: the monotonic clock is', async () => {
      const check = vi.fn<Check>().mockReturnValueOnce(outOfService('x')).mockReturnValue(up());
      const health = new RecordedEngine().add('database', check);
      await health.report('ready');
      vi.setSystemTime('2001-01-01T00:00:00.000Z');
      await advance(2000);
      await health.report('ready');
      expect(health.changes.at(-1)).toMatchObject({ to: 'UP', lasted: 2000 });
    });
  });
});
