import {
  HealthConfigurationError,
  HealthModule,
  type HealthModuleOptions,
  type HealthResult,
  HealthService,
  UnknownProbeError,
  down,
  up,
} from 'nest-vitals';
import { describe, expect, it, vi } from 'vitest';
import { reportIn } from '../support/responses.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { latch, never } from '../support/latch.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

function faultsOf(register: () => unknown): readonly string[] {
  try {
    register();
  } catch (error) {
    if (error instanceof HealthConfigurationError)
      return error.faults.map(({ place, problem }) => `${place}: ${problem}`);
    throw error;
  }
  return expect.unreachable('the indicator was refused');
}

describe.each(ADAPTERS)('HealthService.register() on %s', (adapter) => {
  const start = (options: HealthModuleOptions = {}): Promise<TestApplication> =>
    startApplication(adapter, {
      imports: [HealthModule.forRoot(options)],
      providers: [FakeIndicator('stock', () => up())],
    });

  it('adds an indicator to the running application, until its handle removes it', async () => {
    const application = await start({ groups: { tenants: { tags: ['tenant'] } } });
    const handle = application.health.register('tenant-42', () => down('no connection'), { tags: ['tenant'] });
    expect(handle.name).toBe('tenant-42');
    expect((await application.get('/health/ready')).status).toBe(503);
    expect(reportIn(await application.get('/health/tenants'))).toMatchObject({
      details: { 'tenant-42': { status: 'DOWN' } },
    });
    expect((await application.get('/health/tenant-42')).status).toBe(503);

    handle.remove();
    handle.remove();
    expect((await application.get('/health/ready')).status).toBe(200);
    expect((await application.get('/health/tenant-42')).status).toBe(404);
    await expect(application.health.check('tenant-42')).rejects.toThrow(UnknownProbeError);
  });

  it('removes the indicator at the end of a block with `using`', async () => {
    const { health } = await start();
    {
      using handle = health.register('tenant', () => up());
      expect((await health.check(handle.name)).status).toBe('UP');
    }
    await expect(health.check('tenant')).rejects.toThrow(UnknownProbeError);
  });

  it('does not remove a later indicator with the same name', async () => {
    const { health } = await start();
    const first = health.register('tenant', () => down('first'));
    first.remove();
    health.register('tenant', () => up());
    first.remove();
    expect((await health.check('tenant')).status).toBe('UP');
  });

  it('refuses names that are used or not allowed, and faulty options, with every fault', async () => {
    const { health } = await start({ groups: { billing: ['stock'] }, endpoints: { deep: { path: 'everything' } } });
    for (const name of ['stock', 'billing', 'everything', 'ready', 'metrics', 'a/b/c', '', '__proto__'])
      expect(faultsOf(() => health.register(name, () => up()))).toHaveLength(1);
    expect(faultsOf(() => health.register('tenant', 5 as never, { timeout: 0, probes: ['raedy'] }))).toStrictEqual([
      'HealthService.register("tenant"), check: its value is 5',
      'HealthService.register("tenant"), timeout: its value is 0',
      'HealthService.register("tenant"), probes: there is no probe or group named "raedy"',
    ]);
    for (const name of [undefined, null, 5, {}, Symbol('tenant')])
      expect(faultsOf(() => health.register(name as never, () => up()))).toHaveLength(1);
    // No part of the refused indicator remains.
    health.register('tenant', () => up()).remove();
  });

  it('uses options from the module and the environment, like for other indicators', async () => {
    const application = await start({ defaults: { critical: false } });
    application.health.register('tenant', () => down('away'));
    expect(reportIn(await application.get('/health/ready'))).toMatchObject({ status: 'DEGRADED' });
  });

  it('aborts the run of an indicator that is removed, and all runs at the shutdown', async () => {
    const application = await start();
    const signals: AbortSignal[] = [];
    const hang = ({ signal }: { readonly signal: AbortSignal }): Promise<never> => {
      signals.push(signal);
      return never();
    };
    const handle = application.health.register('first', hang, { interval: '10s' });
    application.health.register('second', hang, { interval: '10s' });
    await vi.waitFor(() => expect(signals).toHaveLength(2));
    handle.remove();
    expect(signals.map(({ aborted }) => aborted)).toStrictEqual([true, false]);
    await application.app.close();
    expect(signals.map(({ aborted }) => aborted)).toStrictEqual([true, true]);
  });

  it('refuses the path of a group, which would hide the indicator', async () => {
    const { health } = await start({ groups: { billing: { indicators: ['stock'], path: 'money' } } });
    expect(faultsOf(() => health.register('money', () => up()))).toStrictEqual([
      'the group "billing" and HealthService.register("money"): they share the path "/health/money"',
    ]);
  });

  it('responds with 404 when the indicator is removed while authorize decides', async () => {
    const called = latch();
    const decided = latch();
    const application = await start({
      access: {
        authorize: async () => {
          called.open();
          await decided.promise;
          return true;
        },
      },
      // Only authenticated callers may see that the indicator exists, so its evaluation waits for authorize.
      endpoints: { checks: { view: 'status' } },
    });
    const handle = application.health.register('tenant', () => up());
    const response = application.get('/health/tenant');
    await called.promise;
    handle.remove();
    decided.open();
    expect((await response).status).toBe(404);
  });

  it.each([
    ['every caller sees it', {}],
    ['authorize decides', { access: { authorize: () => true } }],
  ])(
    'responds with 404 when the indicator is removed while it runs: %s',
    async (_which, options: HealthModuleOptions) => {
      const application = await start(options);
      const began = latch();
      const handle = application.health.register('tenant', () => {
        began.open();
        return never();
      });
      const response = application.get('/health/tenant');
      const checked = application.health.check('tenant').catch((error: unknown) => error);
      await began.promise;
      handle.remove();
      expect((await response).status).toBe(404);
      expect(await checked).toBeInstanceOf(UnknownProbeError);
    },
  );

  it('does not prevent the start from finding the faults of other indicators when a constructor calls it', async () => {
    const early = {
      provide: 'early',
      useFactory: (health: HealthService) => health.register('early', () => up()),
      inject: [HealthService],
    };
    const imports = [HealthModule.forRoot()];
    for (const name of ['live', 'early'])
      await expect(
        startApplication(adapter, { imports, providers: [early, FakeIndicator(name, () => up())] }),
      ).rejects.toThrow(HealthConfigurationError);
  });

  it('can be called before the application has started', async () => {
    const check = vi.fn<() => void>();
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [
        {
          provide: 'early',
          useFactory: (health: HealthService) => health.register('early', check),
          inject: [HealthService],
        },
      ],
    });
    expect(reportIn(await application.get('/health/ready'))).toMatchObject({ details: { early: { status: 'UP' } } });
    expect(application.log.health('warn')).not.toContainEqual(expect.stringContaining('No indicators were found'));
  });

  it.runIf(adapter === 'express')('accepts at most 10,000 indicators, and responds with that many', async () => {
    const application = await start({ deadline: '25s' });
    const { health } = application;
    const handles = Array.from({ length: 9_999 }, (_, index) =>
      health.register(`tenant-${index}`, () => up(), { timeout: '20s' }),
    );
    expect(faultsOf(() => health.register('one-more', () => up()))).toStrictEqual([
      expect.stringContaining('10000 indicators are registered'),
    ]);
    const response = await application.get('/health/ready');
    expect(response.status).toBe(200);
    expect(Object.keys((await health.report('deep')).details)).toHaveLength(10_000);
    for (const handle of handles) handle.remove();
    expect(Object.keys((await health.report('deep')).details)).toStrictEqual(['stock']);
  });

  it('handles indicators that are added and removed during probes', async () => {
    const application = await start();
    const probes = Array.from({ length: 30 }, async (_, index) => {
      const handle = application.health.register(`tenant-${index}`, async () => up(), { ttl: 0 });
      const response = application.get('/health/ready');
      handle.remove();
      return (await response).status;
    });
    expect(new Set(await Promise.all(probes))).toStrictEqual(new Set([200]));
    expect(application.log.health('error')).toStrictEqual([]);
  });
});

describe.each(ADAPTERS)('HealthService.override() on %s', (adapter) => {
  it('changes options until it is cleared, and runNow() runs a check whose result is fresh', async () => {
    let status: HealthResult = down('away');
    const check = vi.fn<() => HealthResult>(() => status);
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [FakeIndicator('payments', check, { ttl: '1h' })],
    });
    const { health } = application;
    expect((await application.get('/health/ready')).status).toBe(503);
    const override = health.override(
      'payments',
      { enabled: false },
      { reason: 'vendor', expiresIn: '30m', by: 'alice' },
    );
    expect(health.overrides).toStrictEqual([override]);
    expect((await application.get('/health/ready')).status).toBe(200);
    expect(reportIn(await application.get('/health/deep'))).toMatchObject({
      details: {
        payments: { override: { enabled: false, reason: 'vendor', by: 'alice', until: override.until.toISOString() } },
      },
    });
    expect(reportIn(await application.get('/health/ready')).details?.['payments']).toStrictEqual({ status: 'SKIPPED' });

    expect(health.clear('payments', 'bob')).toBe(true);
    expect((await application.get('/health/ready')).status).toBe(503);
    expect(check).toHaveBeenCalledTimes(1);
    status = up();
    expect((await health.runNow('payments')).status).toBe('UP');
    expect(check).toHaveBeenCalledTimes(2);
    expect(application.log.health().filter((line) => line.startsWith('Override'))).toHaveLength(2);
  });
});
