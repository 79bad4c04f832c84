import { describe, expect, it, vi } from 'vitest';
import type { CheckDefinition } from '../../../src/core/check.js';
import { up } from '../../../src/core/result.js';
import { collectGarbage } from '../../support/garbage.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { type Latch, latch, never } from '../../support/latch.js';
import { RecordedRunner } from '../../support/recorded-runner.js';

type Check = CheckDefinition['check'];

describe('a check that never settles', () => {
  useFakeClock();

  it('runs again after 1 s, then after 4, 16 and 32 s, and then every 32 s', async () => {
    const check = vi.fn<Check>(never);
    const recorded = new RecordedRunner(check, { timeout: 500, ttl: 0 });
    const callsAt: number[] = [];
    for (let now = 0; now < 130_000; now += 100) {
      const before = check.mock.calls.length;
      void recorded.refresh();
      if (check.mock.calls.length > before) callsAt.push(now);
      await advance(100);
    }
    // Each pause begins when the timeout of 500 ms has passed.
    expect(callsAt).toStrictEqual([0, 1500, 6000, 22_500, 55_000, 87_500, 120_000]);
    expect(recorded.runner.strayRuns).toBe(3);
    expect(recorded.runner.pause).toMatchObject({ until: { elapsed: 152_500 }, unfinished: 7 });
  });

  it('is UP again by the next run although earlier runs never end, and runs as often as before', async () => {
    const check = vi.fn<Check>(never);
    const recorded = new RecordedRunner(check, { timeout: 500, ttl: 1000 });
    const ask = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second += 1) {
        void recorded.refresh();
        await advance(1000);
      }
    };
    await ask(25);
    expect([check.mock.calls.length, recorded.runner.history.status]).toStrictEqual([4, 'DOWN']);
    check.mockImplementation(() => up());
    await ask(33);
    expect(recorded.runner.history.status).toBe('UP');
    expect(recorded.runner.pause).toBeUndefined();
    const before = check.mock.calls.length;
    await ask(10);
    expect(check.mock.calls.length - before).toBeGreaterThanOrEqual(5);
    expect(recorded.runner.strayRuns).toBe(3);
  });

  it('is retried normally once a run has ended in time, although earlier runs never end', async () => {
    const check = vi.fn<Check>(never);
    const recorded = new RecordedRunner(check, { timeout: 500, ttl: 0, retries: 1, retryDelay: 10 });
    void recorded.refresh();
    await advance(1500);
    check.mockImplementation(() => Promise.reject(new Error('refused')));
    void recorded.refresh();
    await advance(10);
    expect(check).toHaveBeenCalledTimes(3);
  });

  it('may run again at the end of the pause, and not a millisecond earlier', async () => {
    const check = vi.fn<Check>(never);
    const recorded = new RecordedRunner(check, { timeout: 500, ttl: 0 });
    void recorded.refresh();
    await advance(1499);
    expect(recorded.runner.refresh(performance.now())).toBeUndefined();
    await recorded.runner.run();
    expect(check).toHaveBeenCalledTimes(1);
    await advance(1);
    void recorded.refresh();
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('does not run before its ttl has passed, if that is longer than the pause', async () => {
    const check = vi.fn<Check>(never);
    const recorded = new RecordedRunner(check, { timeout: 500, ttl: 10_000 });
    void recorded.refresh();
    await advance(10_500);
    void recorded.refresh();
    expect(check).toHaveBeenCalledTimes(1);
    await advance(1);
    void recorded.refresh();
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('runs normally again when the hanging runs have ended', async () => {
    const work: Latch<unknown>[] = [];
    const check = vi.fn<Check>(() => {
      const next = latch<unknown>();
      work.push(next);
      return next.promise;
    });
    const recorded = new RecordedRunner(check, { timeout: 500, ttl: 0 });
    for (const wait of [1500, 4500, 10_000]) {
      void recorded.refresh();
      await advance(wait);
    }
    await recorded.refresh();
    expect(check).toHaveBeenCalledTimes(3);

    const before = recorded.invalidations;
    for (const each of work) each.open(up());
    await advance(0);
    expect(recorded.runner.strayRuns).toBe(0);
    expect(recorded.invalidations).toBe(before + 3);

    void recorded.refresh();
    expect(check).toHaveBeenCalledTimes(4);
    work[3]?.open(up());
    await advance(0);
    expect(recorded.runner.history.status).toBe('UP');
  });

  it('does not use a result that arrives after the timeout', async () => {
    const work = latch<unknown>();
    const { runner, settled } = new RecordedRunner(() => work.promise, { timeout: 500 });
    void runner.run();
    await advance(500);
    work.open(up());
    await advance(0);
    expect(settled).toHaveLength(1);
    expect(runner.history.status).toBe('DOWN');
  });
});

describe('a check whose promises are lost', () => {
  it('runs normally again when the garbage collector has collected the promises', async () => {
    let calls = 0;
    const recorded = new RecordedRunner(() => ((calls += 1) === 1 ? never() : up()), { timeout: 1, ttl: 0 });
    await recorded.runner.run();
    expect(recorded.runner.strayRuns).toBe(1);
    await vi.waitFor(async () => {
      await collectGarbage();
      expect(recorded.runner.strayRuns).toBe(0);
    });
    expect(recorded.invalidations).toBe(1);
    await recorded.refresh();
    expect(calls).toBe(2);
    expect(recorded.runner.history.status).toBe('UP');
  });
});
