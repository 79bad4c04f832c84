import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  type HealthChange,
  HealthModule,
  type HealthModuleOptions,
  HealthService,
  UnknownProbeError,
  degraded,
  down,
  up,
} from 'nest-vitals';
import { filter, map, mergeMap, of, take } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../support/responses.js';
import { FakeIndicator, type FakeIndicatorClass } from '../support/fake-indicator.js';
import { latch } from '../support/latch.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

/** Collects uncaught errors: an error thrown from a timer would end the process. */
function uncaughtErrors(): unknown[] {
  const caught: unknown[] = [];
  const note = (error: unknown): void => {
    caught.push(error);
  };
  const earlier = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', note);
  onTestFinished(() => {
    process.off('uncaughtException', note);
    for (const listener of earlier) process.on('uncaughtException', listener);
  });
  return caught;
}

describe.each(ADAPTERS)('HealthService on %s', (adapter) => {
  const start = (stock: FakeIndicatorClass, options: HealthModuleOptions = {}): Promise<TestApplication> =>
    startApplication(adapter, { imports: [HealthModule.forRoot(options)], providers: [stock] });

  describe('injection', () => {
    it('works in every module without a further import', async () => {
      @Injectable()
      class Worker {
        constructor(@Inject(HealthService) readonly health: HealthService) {}
      }
      const inner = moduleNamed('InnerModule', { providers: [Worker] });
      const application = await startApplication(adapter, { imports: [HealthModule.forRoot(), inner] });
      expect(application.app.get(Worker, { strict: false }).health).toBe(application.health);
    });
  });

  describe('report()', () => {
    it.each(['live', 'ready', 'startup', 'deep', 'billing'])(
      '%s: returns the report of the endpoint, in full',
      async (probe) => {
        const stock = FakeIndicator('stock', () => degraded('low', { left: 3 }), {
          probes: ['live', 'ready', 'startup'],
        });
        const application = await start(stock, {
          groups: { billing: ['stock'] },
          endpoints: { live: { view: 'full' }, ready: { view: 'full' }, startup: { view: 'full' } },
        });
        const report = await application.health.report(probe);
        const response = await application.get(`/health/${probe}`);
        expect(reportIn(response)).toEqual({
          ...report,
          timestamp: expect.any(String) as unknown,
          service_info: { ...report.service_info, uptime_seconds: expect.any(Number) as unknown },
        });
        expect(report.details['stock']).toMatchObject({ status: 'DEGRADED', message: 'low', data: { left: 3 } });
      },
    );

    it('shares its results with the endpoint', async () => {
      const stock = FakeIndicator('stock', undefined, { ttl: 60_000 });
      const application = await start(stock);
      await Promise.all([application.health.report('ready'), application.get('/health/ready')]);
      await application.health.report('deep');
      expect(stock.runs).toHaveLength(1);
    });

    it('returns a frozen report, so that no caller can change the report of another caller', async () => {
      const { health } = await start(FakeIndicator('stock', () => up({ pool: { idle: 3 } })));
      const { details, service_info } = await health.report('deep');
      const frozen = [await health.report('deep'), details, details['stock'], details['stock']?.data, service_info];
      expect(frozen.map((part) => Object.isFrozen(part))).toEqual(frozen.map(() => true));
      expect(Object.isFrozen(details['stock']?.data?.['pool'])).toBe(true);
    });

    it.each(['unheard-of', '', 'Ready', '__proto__', 'constructor', 'overview', 'checks'])(
      'rejects %j with an UnknownProbeError that lists the known names',
      async (probe) => {
        const { health } = await start(FakeIndicator('stock'), { groups: { billing: ['stock'] } });
        await expect(health.report(probe)).rejects.toBeInstanceOf(UnknownProbeError);
        await expect(health.report(probe)).rejects.toMatchObject({ name: 'UnknownProbeError', probe });
        await expect(health.report(probe)).rejects.toThrow('live, ready, startup, deep, billing.');
      },
    );

    it('rejects the name of an indicator, mentions the method to use, and runs no indicator', async () => {
      const stock = FakeIndicator('stock');
      const { health } = await start(stock);
      const rejected = health.report('stock');
      await expect(rejected).rejects.toBeInstanceOf(UnknownProbeError);
      await expect(rejected).rejects.toThrow('"stock" is an indicator: use check("stock"). Known names: live, ready');
      expect(stock.runs).toHaveLength(0);
    });
  });

  describe('check()', () => {
    it('returns the details of one indicator', async () => {
      const { health } = await start(FakeIndicator('stock', () => down('out of paper'), { probes: [] }));
      expect(await health.check('stock')).toMatchObject({ status: 'DOWN', critical: true, error: 'out of paper' });
    });

    it.each(['unheard-of', '', '__proto__', 'constructor', 'ready', 'billing'])(
      'rejects %j with an UnknownProbeError, and runs no indicator',
      async (name) => {
        const stock = FakeIndicator('stock');
        const { health } = await start(stock, { groups: { billing: ['stock'] } });
        const rejected = health.check(name);
        await expect(rejected).rejects.toBeInstanceOf(UnknownProbeError);
        await expect(rejected).rejects.toThrow(
          ['ready', 'billing'].includes(name)
            ? `"${name}" is a probe or a group: use report("${name}"). Known names: stock.`
            : `There is no indicator named "${name}". Known names: stock.`,
        );
        expect(stock.runs).toHaveLength(0);
      },
    );

    it('returns a fresh result without a run', async () => {
      const stock = FakeIndicator('stock', undefined, { ttl: 60_000 });
      const { health } = await start(stock);
      await health.check('stock');
      await health.check('stock');
      expect(stock.runs).toHaveLength(1);
    });
  });

  describe('changes$', () => {
    const flapping = async (): Promise<{ application: TestApplication; change: () => Promise<void> }> => {
      const stock = FakeIndicator('stock', () => up(), { ttl: 0 });
      const application = await start(stock);
      await application.health.report('ready');
      let isUp = true;
      return {
        application,
        change: async () => {
          isUp = !isUp;
          stock.behaviour = isUp ? () => up() : () => down('gone');
          await nextTurn();
          // With a ttl of 0, a result stays fresh during the instant in which it was obtained.
          const clock = performance.now();
          while (performance.now() === clock) await nextTurn();
          await application.get('/health/ready');
        },
      };
    };

    it('emits a first result as a change only when it is failing', async () => {
      for (const [behaviour, expected] of [
        [() => up(), []],
        [() => degraded('slow'), []],
        [() => down('gone'), [{ indicator: 'stock', from: 'UNKNOWN', to: 'DOWN', critical: true, error: 'gone' }]],
      ] as const) {
        const application = await start(FakeIndicator('stock', behaviour));
        const changes: HealthChange[] = [];
        application.health.changes$.subscribe((change) => changes.push(change));
        await application.get('/health/ready');
        expect(changes).toHaveLength(expected.length);
        expect(changes).toMatchObject(expected);
        expect(changes.map(({ lasted }) => lasted)).toEqual(expected.map(() => undefined));
      }
    });

    it('emits every change to each subscriber until it unsubscribes', async () => {
      const { application, change } = await flapping();
      const [one, other]: [string[], string[]] = [[], []];
      const subscription = application.health.changes$.subscribe(({ to }) => one.push(to));
      application.health.changes$.subscribe({ next: ({ to }) => other.push(to) });
      await change();
      subscription.unsubscribe();
      await change();
      expect([one, other]).toEqual([['DOWN'], ['DOWN', 'UP']]);
    });

    it('works with operators', async () => {
      const { application, change } = await flapping();
      const heard: string[] = [];
      application.health.changes$
        .pipe(
          filter(({ to }) => to === 'DOWN'),
          map(({ indicator }) => indicator),
          mergeMap((indicator) => of(indicator, indicator.toUpperCase())),
          take(3),
        )
        .subscribe((indicator) => heard.push(indicator));
      for (let times = 0; times < 6; times += 1) await change();
      expect(heard).toEqual(['stock', 'STOCK', 'stock']);
    });

    const fail = (): never => {
      throw new Error('a subscriber has failed');
    };
    it.each<[string, (health: HealthService) => unknown]>([
      ['throws', ({ changes$ }) => changes$.subscribe(fail)],
      ['throws, as an observer', ({ changes$ }) => changes$.subscribe({ next: fail })],
      [
        'throws behind operators',
        ({ changes$ }) =>
          changes$
            .pipe(
              filter(() => true),
              map(({ to }) => to),
            )
            .subscribe(fail),
      ],
      ['has an operator that throws', ({ changes$ }) => changes$.pipe(map(fail)).subscribe()],
      [
        'has an operator and a handler of errors that throw',
        ({ changes$ }) => changes$.pipe(map(fail)).subscribe({ error: fail }),
      ],
      ['throws when it is completed', ({ changes$ }) => changes$.pipe(take(1)).subscribe({ complete: fail })],
      [
        'has an inner observable that fails',
        ({ changes$ }) =>
          changes$
            .pipe(
              mergeMap(async () => {
                await nextTurn();
                return fail();
              }),
            )
            .subscribe(),
      ],
    ])('logs a subscriber that %s, without an effect on other subscribers', async (_name, subscribe) => {
      const uncaught = uncaughtErrors();
      const { application, change } = await flapping();
      const heard: string[] = [];
      subscribe(application.health);
      application.health.changes$.subscribe(({ to }) => heard.push(to));

      await change();
      await change();
      // RxJS throws an error without a handler from a timer.
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(heard).toEqual(['DOWN', 'UP']);
      expect(uncaught).toEqual([]);
      expect((await application.get('/health/ready')).status).toBe(200);
      const [line] = application.log.health('error');
      expect(line).toContain('A subscriber of changes$ failed');
      expect(line).toContain('a subscriber has failed');
    });
  });

  describe('refuseTraffic() and acceptTraffic()', () => {
    const reasonOf = async (application: TestApplication): Promise<string | undefined> => {
      const { reason } = reportIn(await application.get('/health/ready'));
      return reason;
    };

    it('accept traffic again when each of several refusals is withdrawn', async () => {
      const application = await start(FakeIndicator('stock'));
      const { health } = application;
      const takeBack = health.refuseTraffic('maintenance');
      health.refuseTraffic('full');
      expect(await reasonOf(application)).toBe('maintenance, full');
      expect(health.state).toBe('refusing');

      takeBack();
      expect(await reasonOf(application)).toBe('full');
      expect(health.state).toBe('refusing');
      health.acceptTraffic();
      expect(await reasonOf(application)).toBeUndefined();
      expect(health.state).toBe('accepting');
    });

    it('make two refusals of the same reason, which is shown once', async () => {
      const application = await start(FakeIndicator('stock'));
      const { health } = application;
      const [first, second] = [health.refuseTraffic('full'), health.refuseTraffic('full')];
      expect(await reasonOf(application)).toBe('full');
      first();
      first();
      expect(await reasonOf(application)).toBe('full');
      second();
      expect(await reasonOf(application)).toBeUndefined();
    });

    it('withdraw the latest refusal, or the latest with the given reason', async () => {
      const application = await start(FakeIndicator('stock'));
      const { health } = application;
      for (const reason of ['a', 'b', 'c']) health.refuseTraffic(reason);
      health.acceptTraffic();
      expect(await reasonOf(application)).toBe('a, b');
      health.acceptTraffic('a');
      expect(await reasonOf(application)).toBe('b');
      health.acceptTraffic('unheard-of');
      expect(await reasonOf(application)).toBe('b');
      health.acceptTraffic('b');
      health.acceptTraffic();
      expect(await reasonOf(application)).toBeUndefined();
    });

    it('are logged', async () => {
      const { health, log } = await start(FakeIndicator('stock'));
      const takeBack = health.refuseTraffic('maintenance');
      expect(log.health('warn')).toEqual(['Refusing traffic: maintenance']);
      takeBack();
      expect(log.health('log')).toEqual(['Accepting traffic again']);
    });

    it('log nothing when a call withdraws nothing', async () => {
      const { health, log } = await start(FakeIndicator('stock'));
      const takeBack = health.refuseTraffic('maintenance');
      takeBack();
      takeBack();
      health.acceptTraffic();
      expect(log.health('log')).toEqual(['Accepting traffic again']);
    });

    it('log no accepted traffic while the application is still starting', async () => {
      const { health, log } = await start(FakeIndicator('stock'));
      const warmup = latch();
      const delayed = health.delayReadiness('cache', warmup.promise);
      health.refuseTraffic('maintenance');
      health.acceptTraffic();
      expect(health.state).toBe('starting');
      expect(log.health('log')).toEqual([]);
      warmup.open();
      await delayed;
    });

    it('rank a refusal below a dependency that is DOWN', async () => {
      const application = await start(FakeIndicator('stock', () => down('gone')));
      application.health.refuseTraffic('maintenance');
      expect(reportIn(await application.get('/health/ready'))).toMatchObject({ status: 'DOWN', reason: 'maintenance' });
    });
  });

  describe('delayReadiness() and state', () => {
    it('show starting before refusing', async () => {
      const warmup = latch();
      const { health } = await start(FakeIndicator('stock'));
      const delayed = health.delayReadiness('cache', warmup.promise);
      health.refuseTraffic('maintenance');
      expect(health.state).toBe('starting');
      warmup.open();
      await delayed;
      expect(health.state).toBe('refusing');
    });

    it('run a task with retry until it succeeds', async () => {
      const application = await start(FakeIndicator('stock'));
      let tries = 0;
      const succeeded = await application.health.delayReadiness(
        'cache',
        async () => {
          tries += 1;
          await nextTurn();
          if (tries < 3) throw new Error('not yet');
        },
        { retry: 1 },
      );
      expect([succeeded, tries]).toEqual([true, 3]);
      expect((await application.get('/health/ready')).status).toBe(200);
      expect(application.log.health('error')).toHaveLength(2);
    });

    it.each(['20ms', 20] as const)('a failed task runs again after the retry of %s', async (retry) => {
      const { health } = await start(FakeIndicator('stock'));
      const began = performance.now();
      const attempts: number[] = [];
      const task = async (): Promise<void> => {
        attempts.push(performance.now() - began);
        await nextTurn();
        if (attempts.length === 1) throw new Error('not yet');
      };
      expect(await health.delayReadiness('cache', task, { retry })).toBe(true);
      expect(attempts[1]).toBeGreaterThanOrEqual(19);
    });

    it.each(['20 sec', -1, Number.NaN])('rejects with a configuration fault for the retry %s', async (retry) => {
      const { health } = await start(FakeIndicator('stock'));
      const task = vi.fn<() => Promise<void>>(async () => nextTurn());
      const delayed = health.delayReadiness('cache', task, { retry: retry as number });
      await expect(delayed).rejects.toThrow('delayReadiness(), retry: its value is');
      expect([task.mock.calls.length, health.state]).toEqual([0, 'accepting']);
    });

    it('treat a task that throws synchronously as failed', async () => {
      const { health } = await start(FakeIndicator('stock'));
      const task = (): Promise<void> => {
        throw new Error('no');
      };
      expect(await health.delayReadiness('cache', task)).toBe(false);
      expect(health.state).toBe('starting');
    });

    it('cause no unhandled rejection when a failure is not awaited', async () => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown): void => {
        unhandled.push(reason);
      };
      process.on('unhandledRejection', note);
      onTestFinished(() => {
        process.off('unhandledRejection', note);
      });
      const { health } = await start(FakeIndicator('stock'));
      void health.delayReadiness('cache', Promise.reject(new Error('no')));
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      expect(unhandled).toEqual([]);
    });

    it('show draining after close(), when reports are still returned', async () => {
      const { app, health } = await start(FakeIndicator('stock'));
      await app.close();
      expect(health.state).toBe('draining');
      expect(await health.report('ready')).toMatchObject({ status: 'OUT_OF_SERVICE', reason: 'shutting down' });
      expect((await health.report('live')).status).toBe('UP');
    });
  });
});
