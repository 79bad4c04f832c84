import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { CheckDefinition, HealthCheckContext } from '../../../src/core/check.js';
import { CheckRunner } from '../../../src/core/check-runner.js';
import { Limiter } from '../../../src/core/limiter.js';
import { degraded, down, up } from '../../../src/core/result.js';
import { checkDefinition } from '../../support/check-definition.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { latch, never } from '../../support/latch.js';
import { RecordedRunner } from '../../support/recorded-runner.js';

type Check = CheckDefinition['check'];

const fails: Check = () => {
  throw new Error('x');
};

describe('CheckRunner', () => {
  useFakeClock();

  it('exposes its definition', () => {
    const definition = checkDefinition('database', () => undefined);
    const runner = new CheckRunner(definition, new Limiter(), {
      settled: () => undefined,
      invalidated: () => undefined,
    });
    expect(runner.name).toBe('database');
    expect(runner.definition).toBe(definition);
  });

  describe('one run', () => {
    it('is recorded with its outcome, its end and its duration', async () => {
      const work = latch<unknown>();
      const { runner, settled } = new RecordedRunner(() => work.promise);
      await advance(100);
      const run = runner.run();
      await advance(40);
      work.open(degraded('lag'));
      await run;
      expect(settled).toHaveLength(1);
      expect(settled[0]?.run).toMatchObject({
        outcome: { status: 'DEGRADED', message: 'lag' },
        finished: { elapsed: 140 },
        took: 40,
      });
      expect(settled[0]?.change).toMatchObject({ from: 'UNKNOWN', to: 'DEGRADED' });
      expect(runner.history.latest).toBe(settled[0]?.run);
    });

    it('runs alone: later callers join it', async () => {
      const work = latch();
      const check = vi.fn<Check>(() => work.promise);
      const { runner, settled } = new RecordedRunner(check);
      const runs = Array.from({ length: 1000 }, (_, index) => (index % 2 ? runner.run() : runner.refresh(0)));
      expect(new Set(runs).size).toBe(1);
      expect(runner.isRunning).toBe(true);
      work.open();
      await runs[0];
      expect(runner.isRunning).toBe(false);
      expect(check).toHaveBeenCalledOnce();
      expect(settled).toHaveLength(1);
    });

    it('runs alone even if the check itself requests another run', async () => {
      let calls = 0;
      const { runner } = new RecordedRunner(() => {
        calls += 1;
        // The limit prevents a stack overflow when this test fails.
        if (calls < 5) void runner.refresh(performance.now());
      });
      await runner.run();
      expect(calls).toBe(1);
    });

    it('ends before its owner is notified, so that the owner may start another run', async () => {
      const running: boolean[] = [];
      const runner = new CheckRunner(
        checkDefinition('a', () => undefined),
        new Limiter(),
        {
          settled: (settled) => running.push(settled.isRunning),
          invalidated: () => undefined,
        },
      );
      await runner.run();
      expect(running).toStrictEqual([false]);
    });

    it('degrades a slow pass by the duration of its attempt', async () => {
      const work = latch();
      const { runner } = new RecordedRunner(() => work.promise, { slowThreshold: 200 });
      const run = runner.run();
      await advance(201);
      work.open();
      await run;
      expect(runner.history.latest?.outcome).toStrictEqual({
        status: 'DEGRADED',
        message: 'slow: took 201 ms, more than 200 ms',
      });
    });
  });

  describe('freshness', () => {
    it.each([
      ['a pass', () => up()],
      ['a failure', () => down('x')],
      ['a throw', fails],
    ])('does not run the check again within ttl, and runs it after ttl: %s', async (_what, result) => {
      const check = vi.fn<Check>(result);
      const recorded = new RecordedRunner(check, { ttl: 1000 });
      await recorded.refresh();
      await advance(1000);
      expect(recorded.runner.refresh(performance.now())).toBeUndefined();
      expect(check).toHaveBeenCalledTimes(1);
      await advance(1);
      await recorded.refresh();
      expect(check).toHaveBeenCalledTimes(2);
    });

    it('counts from the end of the run', async () => {
      const work = latch();
      const { runner } = new RecordedRunner(() => work.promise, { ttl: 1000 });
      expect(runner.freshUntil).toBeLessThan(0);
      void runner.run();
      await advance(300);
      work.open();
      await advance(0);
      expect(runner.freshUntil).toBe(1300);
    });

    it('runs the check each time with a ttl of 0', async () => {
      const check = vi.fn<Check>();
      const recorded = new RecordedRunner(check, { ttl: 0 });
      for (let count = 0; count < 5; count += 1) {
        await recorded.refresh();
        await advance(1);
      }
      expect(check).toHaveBeenCalledTimes(5);
    });

    it('runs again with a ttl of 0 in the same instant as the last result', async () => {
      const check = vi.fn<Check>();
      const recorded = new RecordedRunner(check, { ttl: 0 });
      await recorded.refresh();
      await recorded.refresh();
      expect(check).toHaveBeenCalledTimes(2);
    });

    it('has no effect on run(), which always runs the check', async () => {
      const check = vi.fn<Check>();
      const { runner } = new RecordedRunner(check);
      await runner.run();
      await runner.run();
      expect(check).toHaveBeenCalledTimes(2);
    });

    it('never ends for a disabled check, which never runs', () => {
      const { runner } = new RecordedRunner(() => undefined, { enabled: false });
      expect(runner.freshUntil).toBe(Infinity);
      expect(runner.refresh(performance.now())).toBeUndefined();
      expect(runner.isRunning).toBe(false);
    });

    it('does not depend on ttl for a background check: its result is trusted for maxAge', async () => {
      const check = vi.fn<Check>();
      const { runner } = new RecordedRunner(check, { interval: 1000, maxAge: 5000 });
      expect(runner.isInBackground).toBe(true);
      expect(runner.freshUntil).toBe(Infinity);
      expect(runner.refresh(performance.now())).toBeUndefined();
      expect(check).not.toHaveBeenCalled();
      await advance(50);
      await runner.run();
      expect(runner.freshUntil).toBe(5050);
      await advance(10_000);
      expect(runner.refresh(performance.now())).toBeUndefined();
    });

    it('does not make a probe wait for a background run', () => {
      const { runner } = new RecordedRunner(never, { interval: 1000 });
      void runner.run();
      expect(runner.refresh(performance.now())).toBeUndefined();
    });

    it('does not change when the wall clock is set back or forth', async () => {
      const check = vi.fn<Check>();
      const recorded = new RecordedRunner(check, { ttl: 1000 });
      await recorded.refresh();
      vi.setSystemTime('2001-01-01T00:00:00Z');
      await advance(1000);
      await recorded.refresh();
      expect(check).toHaveBeenCalledTimes(1);
      await advance(1);
      await recorded.refresh();
      expect(check).toHaveBeenCalledTimes(2);
      vi.setSystemTime('2040-01-01T00:00:00Z');
      await recorded.refresh();
      expect(check).toHaveBeenCalledTimes(2);
    });
  });

  describe('retries', () => {
    it('repeat a failed attempt after the pause, at most `retries` times', async () => {
      const check = vi.fn<Check>(fails);
      const { runner, settled } = new RecordedRunner(check, { retries: 2, retryDelay: 100 });
      void runner.run();
      await advance(99);
      expect(check).toHaveBeenCalledTimes(1);
      await advance(1);
      expect(check).toHaveBeenCalledTimes(2);
      await advance(99);
      expect(check).toHaveBeenCalledTimes(2);
      expect(settled).toHaveLength(0);
      await advance(1);
      expect(check).toHaveBeenCalledTimes(3);
      await advance(10_000);
      expect(check).toHaveBeenCalledTimes(3);
      expect(settled).toHaveLength(1);
    });

    it('end with the first pass, and count as one run', async () => {
      const check = vi.fn<Check>().mockImplementationOnce(fails).mockReturnValueOnce(degraded('lag'));
      const { runner, settled } = new RecordedRunner(check, { retries: 5 });
      void runner.run();
      await advance(100);
      expect(check).toHaveBeenCalledTimes(2);
      expect(settled.map(({ run }) => run.outcome.status)).toStrictEqual(['DEGRADED']);
      expect(runner.history.consecutiveFailures).toBe(0);
    });

    it('do not repeat a pass', async () => {
      const check = vi.fn<Check>();
      const { runner } = new RecordedRunner(check, { retries: 5 });
      await runner.run();
      expect(check).toHaveBeenCalledOnce();
    });

    it('give each attempt the whole timeout', async () => {
      const signals: AbortSignal[] = [];
      const check = vi.fn<Check>(({ signal }: HealthCheckContext) => {
        signals.push(signal);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      });
      const { runner, settled } = new RecordedRunner(check, { retries: 1, timeout: 500, retryDelay: 100 });
      void runner.run();
      await advance(600);
      expect(check).toHaveBeenCalledTimes(2);
      await advance(499);
      expect(settled).toHaveLength(0);
      await advance(1);
      expect(settled).toHaveLength(1);
      expect(new Set(signals).size).toBe(2);
    });

    it('do not repeat an attempt that hangs beyond its timeout', async () => {
      const check = vi.fn<Check>(never);
      const { runner, settled } = new RecordedRunner(check, { retries: 3, timeout: 500, retryDelay: 100 });
      void runner.run();
      await advance(600);
      expect(check).toHaveBeenCalledOnce();
      expect(settled).toHaveLength(1);
      expect(settled[0]?.run.outcome.error).toBe('timed out after 500 ms');
    });

    it("free the runner's place during the pause", async () => {
      const limiter = new Limiter(1);
      const { runner } = new RecordedRunner(fails, { retries: 1, retryDelay: 100 }, limiter);
      const other = vi.fn<Check>();
      void runner.run();
      await advance(50);
      await new RecordedRunner(other, {}, limiter).runner.run();
      expect(other).toHaveBeenCalledOnce();
    });

    it('leave no listener on the signal that stops the runner', async () => {
      const listeners: number[] = [];
      const added = vi.spyOn(AbortSignal.prototype, 'addEventListener');
      const { runner } = new RecordedRunner(fails, { retries: 20, retryDelay: 10 });
      void runner.run();
      await advance(200);
      const signals = new Set(added.mock.instances.map((signal) => signal as AbortSignal));
      for (const signal of signals) listeners.push(getEventListeners(signal, 'abort').length);
      added.mockRestore();
      expect(listeners).toStrictEqual([0]);
    });
  });

  describe('stop', () => {
    it('aborts the run in progress with a reason, and records no result for it', async () => {
      let signal: AbortSignal | undefined;
      const { runner, settled, ...recorded } = new RecordedRunner((context) => {
        signal = context.signal;
        return never();
      });
      const run = runner.run();
      runner.stop();
      await run;
      expect(signal?.reason).toMatchObject({ name: 'AbortError', message: 'the application is shutting down' });
      expect(settled).toHaveLength(0);
      expect(runner.history.latest).toBeUndefined();
      expect(runner.isRunning).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
      expect(recorded.invalidations).toBe(0);
    });

    it('aborts the run at once when the synchronous part of its check calls it', async () => {
      let signal: AbortSignal | undefined;
      const { runner, settled } = new RecordedRunner(
        (context) => {
          signal = context.signal;
          runner.stop('removed');
          return never();
        },
        { timeout: 1500 },
      );
      await runner.run();
      expect(signal?.reason).toMatchObject({ name: 'AbortError', message: 'removed' });
      expect(settled).toHaveLength(0);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('invalidates the reports that were waiting for the run', async () => {
      const recorded = new RecordedRunner(never);
      const run = recorded.runner.run();
      recorded.runner.stop();
      await run;
      expect(recorded.invalidations).toBe(1);
    });

    it('ends the pause between two attempts, and prevents further attempts', async () => {
      const check = vi.fn<Check>(fails);
      const { runner, settled } = new RecordedRunner(check, { retries: 3, retryDelay: 1000 });
      const run = runner.run();
      await advance(500);
      runner.stop();
      await run;
      expect(check).toHaveBeenCalledOnce();
      expect(settled).toHaveLength(0);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('removes a waiting caller from the queue without calling the check', async () => {
      const limiter = new Limiter(1);
      const holder = new RecordedRunner(never, {}, limiter);
      const check = vi.fn<Check>();
      const waiting = new RecordedRunner(check, {}, limiter);
      const runs = [holder.runner.run(), waiting.runner.run()];
      holder.runner.stop();
      waiting.runner.stop();
      await Promise.all(runs);
      expect(check).not.toHaveBeenCalled();
      expect(waiting.settled).toHaveLength(0);
    });

    it('starts no further run', async () => {
      const check = vi.fn<Check>();
      const { runner } = new RecordedRunner(check);
      runner.stop();
      runner.stop();
      await expect(runner.run()).resolves.toBeUndefined();
      expect(runner.refresh(performance.now() + 1_000_000)).toBeUndefined();
      expect(runner.freshUntil).toBe(Infinity);
      expect(check).not.toHaveBeenCalled();
    });

    it('keeps the last result', async () => {
      const { runner } = new RecordedRunner(() => degraded('lag'));
      await runner.run();
      runner.stop();
      expect(runner.history.status).toBe('DEGRADED');
    });
  });

  describe('the cap on concurrency', () => {
    it('admits runs in the order of their requests, and frees the place of a hanging run at its timeout', async () => {
      const limiter = new Limiter(2);
      const order: string[] = [];
      const runner = (name: string, check: Check): CheckRunner =>
        new RecordedRunner((context) => (order.push(name), check(context)), { timeout: 500 }, limiter).runner;
      const end = latch();
      const runners = [
        runner('hangs', never),
        runner('ends', () => end.promise),
        runner('third', never),
        runner('fourth', never),
      ];
      for (const each of runners) void each.run();
      expect(order).toStrictEqual(['hangs', 'ends']);
      await advance(100);
      end.open();
      await advance(0);
      expect(order).toStrictEqual(['hangs', 'ends', 'third']);
      await advance(400);
      expect(order).toStrictEqual(['hangs', 'ends', 'third', 'fourth']);
    });

    it('counts the timeout and the duration from the admission', async () => {
      const limiter = new Limiter(1);
      const end = latch();
      const first = new RecordedRunner(() => end.promise, { timeout: 5000 }, limiter);
      const second = new RecordedRunner(never, { timeout: 500 }, limiter);
      void first.runner.run();
      void second.runner.run();
      await advance(2000);
      end.open();
      await advance(499);
      expect(second.settled).toHaveLength(0);
      await advance(1);
      expect(second.settled[0]?.run.took).toBe(500);
    });
  });
});
