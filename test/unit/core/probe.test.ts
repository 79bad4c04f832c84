import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CheckDefinition } from '../../../src/core/check.js';
import { degraded, down, up } from '../../../src/core/result.js';
import { START, advance, timeAfter, useFakeClock } from '../../support/fake-clock.js';
import { RecordedEngine } from '../../support/engine.js';
import { latch, never } from '../../support/latch.js';

type Check = CheckDefinition['check'];

describe('Probe', () => {
  useFakeClock();
  beforeEach(() => {
    vi.spyOn(process, 'uptime').mockImplementation(() => performance.now() / 1000);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  describe('its report', () => {
    it('has the status, the time, every indicator and the service', async () => {
      const health = new RecordedEngine({ identity: { name: 'orders', version: '1.4.2' } })
        .add('database', () => up({ size: 1 }))
        .add('payments', () => down('gone'));
      await advance(3000);
      expect(await health.report('ready')).toStrictEqual({
        status: 'DOWN',
        timestamp: timeAfter(3000),
        details: {
          database: { status: 'UP', response_time_ms: 0, checked_at: timeAfter(3000), data: { size: 1 } },
          payments: {
            status: 'DOWN',
            critical: true,
            error: 'gone',
            response_time_ms: 0,
            checked_at: timeAfter(3000),
            since: timeAfter(3000),
            consecutive_failures: 1,
          },
        },
        service_info: { name: 'orders', version: '1.4.2', uptime_seconds: 3 },
      });
    });

    it('is frozen throughout', async () => {
      const report = await new RecordedEngine().add('database', () => up({ nested: { size: 1 } })).report('ready');
      const { details, service_info } = report;
      const detail = details['database'];
      const parts = [report, details, service_info, detail, detail?.data, detail?.data?.['nested']];
      expect(parts.map((part) => Object.isFrozen(part))).toStrictEqual(Array<boolean>(6).fill(true));
    });

    it('is UP without indicators, in the same turn of the event loop', () => {
      const { engine } = new RecordedEngine();
      for (const probe of ['live', 'ready', 'startup', 'deep']) {
        expect(engine.evaluate(probe)).toMatchObject({ report: { status: 'UP', details: {} }, checkedAt: START });
      }
    });

    it('lists the indicators in the order in which they were added, not in the order in which they finish', async () => {
      const slow = latch();
      const health = new RecordedEngine().add('b', () => slow.promise).add('a', () => up());
      const report = health.report('ready');
      await advance(10);
      slow.open();
      expect(Object.keys((await report).details)).toStrictEqual(['b', 'a']);
    });

    it('has the time of its oldest result', async () => {
      const health = new RecordedEngine()
        .add('first', () => up(), { ttl: 10_000 })
        .add('second', () => up(), { ttl: 1000 })
        .add('waiting', () => up(), { interval: 1000 });
      await health.evaluate('ready');
      await advance(2000);
      expect((await health.evaluate('ready')).checkedAt).toBe(START);
      expect((await health.evaluate('second')).checkedAt).toBe(timeAfter(2000));
    });
  });

  describe('reuse', () => {
    it('returns the same report, in the same turn of the event loop, until its first result is no longer fresh', async () => {
      const health = new RecordedEngine()
        .add('long', () => up(), { ttl: 900 })
        .add('short', () => up(), { ttl: 400 })
        .add('longer', () => up(), { ttl: 700 });
      const first = await health.evaluate('ready');
      await advance(400);
      expect(health.engine.evaluate('ready')).toBe(first);
      await advance(1);
      const second = await health.evaluate('ready');
      expect(second).not.toBe(first);
      expect(health.runs.map(({ indicator }) => indicator)).toStrictEqual(['long', 'short', 'longer', 'short']);
    });

    it('composes a new report after a second, so that its timestamp and uptime are right', async () => {
      const health = new RecordedEngine().add('database', () => up(), { ttl: 60_000 });
      const first = await health.evaluate('ready');
      await advance(1000);
      expect(health.engine.evaluate('ready')).toBe(first);
      await advance(1);
      const second = health.engine.evaluate('ready');
      expect(second).not.toBe(first);
      expect(second).toMatchObject({ report: { timestamp: timeAfter(1001), service_info: { uptime_seconds: 1 } } });
      expect(health.runs).toHaveLength(1);
    });

    it('composes a new report after each change', async () => {
      const health = new RecordedEngine().add('database', () => up(), { ttl: 60_000 });
      const first = await health.evaluate('ready');
      health.engine.invalidate();
      const second = await health.evaluate('ready');
      expect(second).not.toBe(first);
      expect(health.engine.evaluate('ready')).toBe(second);
    });

    it('composes a new report when another probe has renewed a result in it', async () => {
      const health = new RecordedEngine().add(
        'database',
        vi.fn<Check>().mockReturnValueOnce(up()).mockReturnValue(down('gone')),
        { ttl: 1 },
      );
      const ready = await health.report('ready');
      expect(ready.status).toBe('UP');
      await advance(2);
      await health.report('deep');
      expect((await health.report('ready')).status).toBe('DOWN');
      expect(health.runs).toHaveLength(2);
    });

    it('returns the report of a background check only while its result is trusted', async () => {
      const health = new RecordedEngine().add('database', () => up(), { interval: 60_000, maxAge: 700 });
      health.engine.start();
      await advance(0);
      const first = health.engine.evaluate('ready');
      expect(first).toMatchObject({ report: { status: 'UP' } });
      await advance(700);
      expect(health.engine.evaluate('ready')).toBe(first);
      await advance(1);
      expect(health.engine.evaluate('ready')).toMatchObject({ report: { status: 'UNKNOWN' } });
    });
  });

  describe('its deadline', () => {
    it('is kept when checks hang, and the other results are reported', async () => {
      const health = new RecordedEngine({ deadline: 800 })
        .add('hangs', never, { timeout: 60_000 })
        .add('works', () => up());
      const responded = vi.fn<(report: unknown) => void>();
      void health.report('ready').then(responded);
      await advance(799);
      expect(responded).not.toHaveBeenCalled();
      await advance(1);
      expect(responded).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({
          status: 'DOWN',
          details: {
            hangs: { status: 'DOWN', critical: true, error: 'no result within 800 ms', code: 'ETIMEDOUT' },
            works: expect.objectContaining({ status: 'UP' }) as unknown,
          },
        }),
      );
    });

    it("is the probe's own deadline, if there is one", async () => {
      const health = new RecordedEngine({ deadline: 800, deadlines: { deep: 300 } }).add('hangs', never, {
        timeout: 60_000,
      });
      const responses: string[] = [];
      for (const probe of ['deep', 'ready', 'hangs']) void health.report(probe).then(() => responses.push(probe));
      await advance(299);
      expect(responses).toStrictEqual([]);
      await advance(1);
      expect(responses).toStrictEqual(['deep']);
      await advance(500);
      expect(responses).toStrictEqual(['deep', 'ready', 'hangs']);
    });

    it('does not delay the response when all checks have settled, and its timer is cleared', async () => {
      const work = latch();
      const health = new RecordedEngine().add('database', () => work.promise);
      const responded = vi.fn<() => void>();
      void health.report('ready').then(responded);
      await advance(50);
      work.open();
      await advance(0);
      expect(responded).toHaveBeenCalledOnce();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('applies to each probe separately while the check hangs, without another run', async () => {
      const check = vi.fn<Check>(never);
      const health = new RecordedEngine({ deadline: 100 }).add('hangs', check, { timeout: 60_000 });
      for (let count = 0; count < 5; count += 1) {
        const report = health.report('ready');
        await advance(100);
        expect((await report).status).toBe('DOWN');
      }
      expect(check).toHaveBeenCalledOnce();
    });

    it('reports the last result of a late check until the result is older than maxAge', async () => {
      const check = vi.fn<Check>().mockReturnValueOnce(degraded('lag')).mockImplementation(never);
      const health = new RecordedEngine({ deadline: 100 }).add('late', check, {
        ttl: 0,
        maxAge: 1000,
        timeout: 60_000,
      });
      expect((await health.report('ready')).status).toBe('DEGRADED');
      await advance(1);
      const statuses: string[] = [];
      for (let count = 0; count < 12; count += 1) {
        const report = health.report('ready');
        await advance(100);
        statuses.push((await report).status);
      }
      // The responses are due at 101, 201, … 1201 ms.
      expect(statuses).toStrictEqual([...Array<string>(9).fill('DEGRADED'), 'DOWN', 'DOWN', 'DOWN']);
    });

    it('records the result of a check that finishes after the response', async () => {
      const work = latch();
      const health = new RecordedEngine({ deadline: 100 }).add('late', () => work.promise, { timeout: 60_000 });
      const report = health.report('ready');
      await advance(100);
      expect((await report).status).toBe('DOWN');
      work.open();
      await advance(0);
      expect(health.engine.evaluate('ready')).toMatchObject({ report: { status: 'UP' } });
    });
  });

  describe('with a caller that has less time', () => {
    const timeLimit = 100;

    it('responds in that time, and runs no check twice', async () => {
      const check = vi.fn<Check>(never);
      const health = new RecordedEngine({ deadline: 800 }).add('hangs', check, { timeout: 60_000 });
      const responded: string[] = [];
      void Promise.resolve(health.engine.evaluate('ready')).then(() => responded.push('patient'));
      void Promise.resolve(health.engine.evaluate('ready', timeLimit)).then(({ report }) =>
        responded.push(`impatient ${report.status}`),
      );
      await advance(timeLimit - 1);
      expect(responded).toStrictEqual([]);
      await advance(1);
      expect(responded).toStrictEqual(['impatient DOWN']);
      await advance(700);
      expect(responded).toStrictEqual(['impatient DOWN', 'patient']);
      expect(check).toHaveBeenCalledOnce();
    });

    it('responds as soon as all results are available', async () => {
      const work = latch();
      const health = new RecordedEngine().add('database', () => work.promise);
      const responded = vi.fn<(status: string) => void>();
      void Promise.resolve(health.engine.evaluate('ready', timeLimit)).then(({ report }) => responded(report.status));
      await advance(50);
      work.open();
      await advance(0);
      expect(responded).toHaveBeenCalledExactlyOnceWith('UP');
      expect(vi.getTimerCount()).toBe(0);
    });

    it('leaves out an indicator that was added during the evaluation and has no result', async () => {
      const work = latch();
      const health = new RecordedEngine().add('database', () => work.promise);
      void health.evaluate('ready');
      await advance(10);
      health.add('fresh', never);
      const report = Promise.resolve(health.engine.evaluate('ready', timeLimit)).then(
        (evaluation) => evaluation.report,
      );
      work.open();
      await advance(0);
      expect(await report).toMatchObject({ status: 'UP' });
      expect(Object.keys((await report).details)).toEqual(['database']);
    });

    it('responds in the same turn of the event loop from existing results', async () => {
      const health = new RecordedEngine().add('database', () => up());
      const first = await health.evaluate('ready');
      expect(health.engine.evaluate('ready', timeLimit)).toBe(first);
      health.engine.invalidate();
      expect(health.engine.evaluate('ready', timeLimit)).toMatchObject({ report: { status: 'UP' } });
    });

    it('waits no longer than the deadline, even if the caller has more time', async () => {
      const health = new RecordedEngine({ deadline: 300 }).add('hangs', never, { timeout: 60_000 });
      const responded = vi.fn<() => void>();
      void Promise.resolve(health.engine.evaluate('ready', 5000)).then(responded);
      await advance(300);
      expect(responded).toHaveBeenCalledOnce();
    });
  });

  describe('with many concurrent callers', () => {
    it('runs each check once for a thousand callers, and returns the same report to all', async () => {
      const checks = ['a', 'b', 'c'].map(() => vi.fn<Check>(() => Promise.resolve(up())));
      const health = new RecordedEngine();
      for (const [index, check] of checks.entries()) health.add(`check${index}`, check);
      const evaluations = await Promise.all(Array.from({ length: 1000 }, () => health.evaluate('ready')));
      expect(new Set(evaluations).size).toBe(1);
      for (const check of checks) expect(check).toHaveBeenCalledOnce();
    });

    it('shares the runs also between different probes', async () => {
      const check = vi.fn<Check>(() => Promise.resolve(up()));
      const health = new RecordedEngine({
        groups: new Map([['billing', { indicators: ['database'], tags: [] }]]),
      }).add('database', check);
      await Promise.all(['ready', 'deep', 'billing', 'database'].map((probe) => health.evaluate(probe)));
      expect(check).toHaveBeenCalledOnce();
    });

    it('runs all checks at the same time', async () => {
      const ends = Array.from({ length: 10 }, () => latch());
      const health = new RecordedEngine();
      let begun = 0;
      for (const [index, end] of ends.entries()) {
        health.add(`check${index}`, () => {
          begun += 1;
          return end.promise;
        });
      }
      const report = health.report('ready');
      expect(begun).toBe(10);
      for (const end of ends) end.open();
      expect((await report).status).toBe('UP');
    });
  });
});

describe('the timer of a deadline', () => {
  it('does not keep the process alive', async () => {
    const work = latch();
    const health = new RecordedEngine({ deadline: 60_000 }).add('database', () => work.promise);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const report = health.report('ready');
    const started = timers.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(started.map((timer) => timer.hasRef())).toStrictEqual([false, false]);
    work.open();
    await report;
    timers.mockRestore();
  });
});
