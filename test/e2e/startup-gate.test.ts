import { HealthModule, type HealthModuleOptions, degraded, down, outOfService, up } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { reportIn, statusesIn } from '../support/responses.js';
import { FakeIndicator, type FakeIndicatorClass } from '../support/fake-indicator.js';
import { passTime, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

describe.each(ADAPTERS)('the startup gate on %s', (adapter) => {
  const start = (providers: readonly FakeIndicatorClass[], options?: HealthModuleOptions): Promise<TestApplication> => {
    stopClock();
    return startApplication(adapter, { imports: [HealthModule.forRoot(options)], providers: [...providers] });
  };
  /** Time advances first, so that a result with a ttl of 0 is no longer fresh. */
  const ask = async (application: TestApplication, probe: string): Promise<[number, string, string | undefined]> => {
    await passTime(1);
    const response = await application.get(`/health/${probe}`);
    const { status, reason } = reportIn(response);
    return [response.status, status, reason];
  };
  const startupCheck = (name: string): FakeIndicatorClass =>
    FakeIndicator(name, () => down('not yet'), { probes: ['startup'], ttl: 0 });

  it('keeps ready at 503 until each startup indicator has passed once, though ready does not show them', async () => {
    const [migrations, cache] = [startupCheck('migrations'), startupCheck('cache')];
    const application = await start([migrations, cache, FakeIndicator('database')]);

    expect(await ask(application, 'ready')).toEqual([503, 'OUT_OF_SERVICE', 'starting: migrations, cache']);
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'UP' });
    expect(await ask(application, 'startup')).toEqual([503, 'DOWN', undefined]);
    expect((await ask(application, 'live'))[0]).toBe(200);

    migrations.behaviour = () => up();
    expect(await ask(application, 'ready')).toEqual([503, 'OUT_OF_SERVICE', 'starting: cache']);
    expect(statusesIn(await application.get('/health/startup'))).toEqual({ migrations: 'UP', cache: 'DOWN' });

    cache.behaviour = () => degraded('half warm');
    expect(await ask(application, 'ready')).toEqual([200, 'UP', undefined]);
    expect(await ask(application, 'startup')).toEqual([200, 'DEGRADED', undefined]);
  });

  it('runs the startup indicators for a request for ready alone', async () => {
    const migrations = startupCheck('migrations');
    const application = await start([migrations]);
    expect((await ask(application, 'ready'))[0]).toBe(503);
    expect(migrations.runs).toHaveLength(1);
    migrations.behaviour = () => up();
    expect((await ask(application, 'ready'))[0]).toBe(200);
    // After it has passed, readiness no longer runs it.
    expect((await ask(application, 'ready'))[0]).toBe(200);
    expect(migrations.runs).toHaveLength(2);
  });

  it('opens ready after a request for startup alone', async () => {
    const migrations = startupCheck('migrations');
    const application = await start([migrations]);
    migrations.behaviour = () => up();
    expect((await ask(application, 'startup'))[0]).toBe(200);
    expect((await ask(application, 'ready'))[0]).toBe(200);
    expect(migrations.runs).toHaveLength(1);
  });

  it('keeps startup at 200 afterwards, and runs no indicator', async () => {
    const migrations = startupCheck('migrations');
    migrations.behaviour = () => up();
    const application = await start([migrations]);
    expect((await ask(application, 'startup'))[0]).toBe(200);

    for (const behaviour of [() => down('gone'), () => outOfService('moved')]) {
      migrations.behaviour = behaviour;
      await passTime(60_000);
      expect((await ask(application, 'startup'))[0]).toBe(200);
      expect((await ask(application, 'ready'))[0]).toBe(200);
    }
    expect(migrations.runs).toHaveLength(1);
  });

  it('requires one pass of an indicator of startup and ready, which then counts for ready', async () => {
    const migrations = FakeIndicator('migrations', () => up(), { probes: ['startup', 'ready'], ttl: 0 });
    const application = await start([migrations]);
    expect((await ask(application, 'ready'))[0]).toBe(200);

    migrations.behaviour = () => down('gone');
    expect(await ask(application, 'ready')).toEqual([503, 'DOWN', undefined]);
    expect((await ask(application, 'startup'))[0]).toBe(200);
  });

  it('stays open when an indicator fails after it has passed', async () => {
    const [migrations, cache] = [startupCheck('migrations'), startupCheck('cache')];
    const application = await start([migrations, cache]);
    migrations.behaviour = () => up();
    await ask(application, 'startup');
    migrations.behaviour = () => down('gone');
    expect(await ask(application, 'ready')).toEqual([503, 'OUT_OF_SERVICE', 'starting: cache']);
    cache.behaviour = () => up();
    expect((await ask(application, 'startup'))[0]).toBe(200);
    expect((await ask(application, 'ready'))[0]).toBe(200);
  });

  it('ignores an indicator that is not critical, disabled or skipped', async () => {
    const application = await start([
      FakeIndicator('optional', () => down('gone'), { probes: ['startup'], critical: false }),
      FakeIndicator('disabled', () => down('gone'), { probes: ['startup'], enabled: false }),
      FakeIndicator('skipped', () => down('gone'), { probes: ['startup'], when: () => false }),
    ]);
    expect((await ask(application, 'ready'))[0]).toBe(200);
    expect(await ask(application, 'startup')).toEqual([200, 'DEGRADED', undefined]);
  });

  it('waits for a background indicator until its first run has passed', async () => {
    const migrations = FakeIndicator('migrations', () => up(), {
      probes: ['startup'],
      interval: 1000,
      initialDelay: 500,
    });
    const application = await start([migrations]);
    expect((await ask(application, 'ready'))[0]).toBe(503);
    expect((await ask(application, 'startup'))[0]).toBe(503);
    await passTime(500);
    expect((await ask(application, 'ready'))[0]).toBe(200);
    expect((await ask(application, 'startup'))[0]).toBe(200);
  });

  it('is open after the bootstrap without startup indicators, and startup is 200', async () => {
    const application = await start([FakeIndicator('database', () => down('gone'))]);
    expect(await ask(application, 'startup')).toEqual([200, 'UP', undefined]);
  });

  it('keeps startup at 200 while traffic is refused, and while readiness is delayed', async () => {
    const application = await start([FakeIndicator('migrations', () => up(), { probes: ['startup'] })]);
    application.health.refuseTraffic('maintenance');
    expect((await ask(application, 'startup'))[0]).toBe(200);
    expect((await ask(application, 'ready'))[0]).toBe(503);
  });
});
