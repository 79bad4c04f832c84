import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CheckDefinition } from '../../../src/core/check.js';
import { up } from '../../../src/core/result.js';
import { RecordedEngine } from '../../support/engine.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { type Latch, latch, never } from '../../support/latch.js';

type Check = CheckDefinition['check'];

describe('a background check', () => {
  useFakeClock();
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is UNKNOWN until its first run has finished, then has the outcome of that run', async () => {
    const work = latch();
    const health = new RecordedEngine().add('database', () => work.promise, { interval: 1000 });
    expect((await health.report('ready')).status).toBe('UNKNOWN');
    health.engine.start();
    expect((await health.report('ready')).status).toBe('UNKNOWN');
    work.open();
    await advance(0);
    expect((await health.report('ready')).status).toBe('UP');
  });

  it('runs at its interval, and never because of a probe', async () => {
    const check = vi.fn<Check>();
    const health = new RecordedEngine().add('database', check, { interval: 1000, initialDelay: 500, ttl: 0 });
    health.engine.start();
    health.engine.start();
    const calls: number[] = [];
    for (let now = 100; now <= 2600; now += 100) {
      const before = check.mock.calls.length;
      await advance(100);
      await health.report('ready');
      if (check.mock.calls.length > before) calls.push(now);
    }
    expect(calls).toStrictEqual([500, 1500, 2500]);
    expect(check).toHaveBeenCalledTimes(3);
  });

  it('does not run before the engine is started', async () => {
    const check = vi.fn<Check>();
    const health = new RecordedEngine().add('database', check, { interval: 1000 });
    await advance(5000);
    expect(check).not.toHaveBeenCalled();
    health.engine.start();
    expect(check).toHaveBeenCalledOnce();
  });

  it('begins at once when it is added to a started engine', async () => {
    const check = vi.fn<Check>();
    const health = new RecordedEngine();
    health.engine.start();
    health.add('database', check, { interval: 1000 });
    await advance(1000);
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('never runs when it is disabled', async () => {
    const check = vi.fn<Check>();
    const health = new RecordedEngine().add('database', check, { interval: 1000, enabled: false });
    health.engine.start();
    await advance(5000);
    expect(check).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is UNKNOWN when its last result is older than maxAge', async () => {
    const check = vi.fn<Check>(never).mockReturnValueOnce(up());
    const health = new RecordedEngine().add('database', check, {
      interval: 1000,
      maxAge: 3000,
      timeout: 60_000,
    });
    health.engine.start();
    await advance(3000);
    expect((await health.report('ready')).status).toBe('UP');
    await advance(1);
    expect((await health.report('ready')).status).toBe('UNKNOWN');
    expect(await health.statuses('database')).toStrictEqual({ report: 'UNKNOWN', database: 'UNKNOWN' });
  });

  it('starts runs beside hanging ones after growing pauses, and is UP again when they end', async () => {
    const work: Latch<unknown>[] = [];
    const check = vi.fn<Check>(() => {
      const next = latch<unknown>();
      work.push(next);
      return next.promise;
    });
    const health = new RecordedEngine().add('database', check, { interval: 1000, maxAge: 5000 });
    health.engine.start();
    await advance(120_000);
    expect(check).toHaveBeenCalledTimes(7);
    expect((await health.report('ready')).status).toBe('UNKNOWN');
    for (const each of work) each.open(up());
    check.mockImplementation(() => up());
    await advance(1000);
    expect((await health.report('ready')).status).toBe('UP');
  });

  it('does not delay a probe while it runs', () => {
    const health = new RecordedEngine().add('database', never, { interval: 1000 });
    health.engine.start();
    expect(health.engine.evaluate('ready')).toMatchObject({ report: { status: 'UNKNOWN' } });
  });
});
