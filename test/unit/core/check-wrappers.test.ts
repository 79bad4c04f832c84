import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import type { CheckRun } from '../../../src/core/check-history.js';
import type { CheckCall, CheckWrapper } from '../../../src/core/check-wrappers.js';
import { degraded, down, up } from '../../../src/core/result.js';
import { RecordedEngine } from '../../support/engine.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { latch, never } from '../../support/latch.js';

const MISTAKE = new Error('a wrapper of the test');

describe('wrappers around each call of a check', () => {
  useFakeClock();

  /** An engine with a wrapper that records its arguments. */
  function wrapped(settings?: ConstructorParameters<typeof RecordedEngine>[0]): {
    readonly recorded: RecordedEngine;
    readonly calls: CheckCall[];
    readonly ends: (CheckRun | undefined)[];
    readonly takeOff: () => void;
  } {
    const recorded = new RecordedEngine(settings);
    const calls: CheckCall[] = [];
    const ends: (CheckRun | undefined)[] = [];
    const takeOff = recorded.engine.aroundCheck(async (call, proceed) => {
      calls.push(call);
      ends.push(await proceed());
    });
    return { recorded, calls, ends, takeOff };
  }

  it('receive the call and its outcome', async () => {
    const { recorded, calls, ends } = wrapped();
    recorded.add('database', () => degraded('lag'), { critical: false });
    await recorded.evaluate('ready');
    expect(calls).toEqual([{ indicator: 'database', critical: false, retry: 0, isInBackground: false }]);
    expect(ends).toEqual([recorded.runs[0]?.run]);
    expect(ends[0]?.outcome).toEqual({ status: 'DEGRADED', message: 'lag' });
  });

  it('are not called for a cached result, a disabled check or a check whose condition is false', async () => {
    const { recorded, calls } = wrapped();
    recorded
      .add('database', () => up(), { ttl: 1000 })
      .add('disabled', () => up(), { enabled: false })
      .add('elsewhere', () => up(), { when: async () => false });
    for (let probes = 0; probes < 5; probes += 1) await recorded.evaluate('ready');
    expect(calls.map(({ indicator }) => indicator)).toEqual(['database']);
    expect(recorded.runs.map(({ indicator }) => indicator).toSorted()).toEqual(['database', 'elsewhere']);
  });

  it('are called for each attempt of a run', async () => {
    const { recorded, calls, ends } = wrapped();
    let tries = 0;
    recorded.add('database', () => ((tries += 1) < 3 ? down('no') : up()), { retries: 5, retryDelay: 10 });
    const report = recorded.report('ready');
    await advance(20);
    expect((await report).status).toBe('UP');
    expect(calls.map(({ retry }) => retry)).toEqual([0, 1, 2]);
    expect(ends.map((run) => run?.outcome.status)).toEqual(['DOWN', 'DOWN', 'UP']);
  });

  it('can see that a run is a background run', async () => {
    const { recorded, calls } = wrapped();
    recorded.add('database', () => up(), { interval: 1000 });
    recorded.engine.start();
    await advance(0);
    expect(calls).toMatchObject([{ indicator: 'database', isInBackground: true }]);
    recorded.engine.stop();
  });

  it('receive an outcome at the timeout, also for a check that never ends', async () => {
    const { recorded, ends } = wrapped();
    recorded.add('database', never, { timeout: 300 });
    const report = recorded.report('ready');
    await advance(299);
    expect(ends).toEqual([]);
    await advance(1);
    expect(ends).toMatchObject([{ outcome: { status: 'DOWN', isTimeout: true }, took: 300 }]);
    await report;
  });

  it('receive no outcome for a call that is interrupted by the end of the application', async () => {
    const { recorded, ends } = wrapped();
    recorded.add('database', never);
    const report = recorded.report('ready');
    recorded.engine.stop();
    await report;
    expect(ends).toEqual([undefined]);
  });

  it('determine the async context of the check, also after the check waited in the queue', async () => {
    const storage = new AsyncLocalStorage<string>();
    const recorded = new RecordedEngine({ maxConcurrency: 1 });
    recorded.engine.aroundCheck((call, proceed) =>
      storage.run(`${storage.getStore()} > ${call.indicator}`, () => void proceed()),
    );
    const seen: (string | undefined)[] = [];
    const look = async (): Promise<void> => {
      seen.push(storage.getStore());
      await advance(0);
      seen.push(storage.getStore());
    };
    recorded.add('first', look, { probes: ['live'] }).add('second', look);
    await Promise.all([
      storage.run('a request', () => recorded.evaluate('live')),
      storage.run('another', () => recorded.evaluate('ready')),
    ]);
    expect(seen.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'a request > first',
      'a request > first',
      'another > second',
      'another > second',
    ]);
  });

  it('run inside the wrappers that were added before them', async () => {
    const recorded = new RecordedEngine();
    const order: string[] = [];
    for (const name of ['outer', 'inner']) {
      recorded.engine.aroundCheck(async (_call, proceed) => {
        order.push(name);
        const ended = proceed();
        order.push(`${name} called`);
        await ended;
      });
    }
    recorded.add('database', () => void order.push('check'));
    await recorded.evaluate('ready');
    expect(order).toEqual(['outer', 'inner', 'check', 'inner called', 'outer called']);
  });

  it('are not called any more after their removal', async () => {
    const { recorded, calls, takeOff } = wrapped();
    const work = latch();
    recorded.add('database', () => work.promise, { ttl: 0 });
    const first = recorded.evaluate('ready');
    takeOff();
    work.open();
    await first;
    await advance(1);
    await recorded.evaluate('ready');
    expect(calls).toHaveLength(1);
    expect(recorded.runs).toHaveLength(2);
  });

  const late = latch();
  const harmful: readonly (readonly [string, CheckWrapper, readonly unknown[]])[] = [
    [
      'throws',
      () => {
        throw MISTAKE;
      },
      [MISTAKE],
    ],
    ['rejects', () => Promise.reject(MISTAKE), [MISTAKE]],
    [
      'throws after it has proceeded',
      (_call, proceed) => {
        void proceed();
        throw MISTAKE;
      },
      [MISTAKE],
    ],
    ['never proceeds', () => undefined, []],
    ['never ends', never, []],
    ['proceeds too late', async (_call, proceed) => late.promise.then(proceed), []],
    [
      'proceeds twice',
      (_call, proceed) => {
        void proceed();
        void proceed();
      },
      [],
    ],
    ['returns something else', () => up(), []],
    [
      'rejects after the check has settled',
      async (_call, proceed) => {
        await proceed();
        throw MISTAKE;
      },
      [MISTAKE],
    ],
  ];

  describe.each(harmful)('a wrapper that %s', (_name, wrapper, faults) => {
    it('neither prevents the call of the check nor changes its outcome', async () => {
      const { recorded, ends } = wrapped();
      recorded.engine.aroundCheck(wrapper);
      let called = 0;
      recorded
        .add('broken', () => {
          called += 1;
          throw new Error('x');
        })
        .add('late', () => Promise.reject(new Error('y')))
        .add('fine', () => up())
        .add('hanging', never, { timeout: 300 });
      const statuses = recorded.statuses('ready');
      await advance(300);
      late.open();
      expect(await statuses).toEqual({ report: 'DOWN', broken: 'DOWN', late: 'DOWN', fine: 'UP', hanging: 'DOWN' });
      expect(called).toBe(1);
      expect(ends).toHaveLength(4);
      expect(recorded.faults).toEqual([1, 2, 3, 4].flatMap(() => faults));
    });
  });

  it('have no other effect when the log fails', async () => {
    const recorded = new RecordedEngine();
    recorded.faults.push = () => {
      throw MISTAKE;
    };
    recorded.engine.aroundCheck(() => {
      throw MISTAKE;
    });
    recorded.add('database', () => up());
    expect(await recorded.statuses('ready')).toEqual({ report: 'UP', database: 'UP' });
  });
});
