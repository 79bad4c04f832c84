import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthCheckError, HealthModule, HealthService } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { reportIn } from '../support/responses.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { type Latch, latch } from '../support/latch.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, type TestApplication, createApplication, startApplication } from '../support/start-application.js';

/** A module whose start the test completes. */
function slowModule(began: Latch, release: Latch): Type {
  @Injectable()
  class Warmup implements OnApplicationBootstrap {
    async onApplicationBootstrap(): Promise<void> {
      began.open();
      await release.promise;
    }
  }
  return moduleNamed('SlowModule', { providers: [Warmup] });
}

/** The first step of `listen()`, so that the server responds before the application has finished its start. */
async function openEarly({ app, adapter }: TestApplication): Promise<void> {
  if (adapter === 'fastify') await (app as NestFastifyApplication).getHttpAdapter().getInstance().ready();
}

async function statusOf(application: TestApplication, probe: string): Promise<[number, unknown, unknown]> {
  const response = await application.get(`/health/${probe}`);
  const { status, reason } = reportIn(response);
  return [response.status, status, reason];
}

describe.each(ADAPTERS)('the state of the application on %s', (adapter) => {
  it('is 503 for startup and ready and 200 for live while bootstrapping', async () => {
    const began = latch();
    const release = latch();
    const application = await createApplication(adapter, {
      imports: [HealthModule.forRoot(), slowModule(began, release)],
      providers: [FakeIndicator('database')],
    });
    const initialised = application.app.init();
    await began.promise;
    await openEarly(application);

    expect(await statusOf(application, 'live')).toEqual([200, 'UP', undefined]);
    expect(await statusOf(application, 'startup')).toEqual([503, 'OUT_OF_SERVICE', 'starting']);
    expect(await statusOf(application, 'ready')).toEqual([503, 'OUT_OF_SERVICE', 'starting']);
    expect(application.health.state).toBe('starting');

    release.open();
    await initialised;
    expect(await statusOf(application, 'live')).toEqual([200, 'UP', undefined]);
    expect(await statusOf(application, 'startup')).toEqual([200, 'UP', undefined]);
    expect(await statusOf(application, 'ready')).toEqual([200, 'UP', undefined]);
    expect(application.health.state).toBe('accepting');
  });

  it('is the phase starting for every hook of other modules while bootstrapping', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Observer implements OnModuleInit, OnApplicationBootstrap {
      constructor(@Inject(HealthService) private readonly health: HealthService) {}
      onModuleInit(): Promise<void> {
        return this.#note('onModuleInit');
      }
      onApplicationBootstrap(): Promise<void> {
        return this.#note('onApplicationBootstrap');
      }
      async #note(hook: string): Promise<void> {
        const [live, ready, startup] = await Promise.all(
          ['live', 'ready', 'startup'].map(async (probe) => (await this.health.report(probe)).status),
        );
        seen.push({ hook, state: this.health.state, live, ready, startup });
      }
    }
    const InnerModule = moduleNamed('InnerModule', { providers: [Observer] });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot(), InnerModule],
      providers: [Observer],
    });

    const starting = { state: 'starting', live: 'UP', ready: 'OUT_OF_SERVICE', startup: 'OUT_OF_SERVICE' };
    expect(seen).toHaveLength(4);
    expect(seen).toEqual(
      expect.arrayContaining([
        { hook: 'onModuleInit', ...starting },
        { hook: 'onApplicationBootstrap', ...starting },
      ]),
    );
    expect(seen.filter((entry) => (entry as { state: string }).state !== 'starting')).toEqual([]);
    expect(application.health.state).toBe('accepting');
  });

  it('is not ready (503) during delayReadiness until the task settles', async () => {
    const warmup = latch();
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()] });
    expect((await statusOf(application, 'ready'))[0]).toBe(200);
    const delayed = application.health.delayReadiness('cache', warmup.promise);

    expect(await statusOf(application, 'ready')).toEqual([503, 'OUT_OF_SERVICE', 'starting: cache']);
    expect((await statusOf(application, 'live'))[0]).toBe(200);
    expect(application.health.state).toBe('starting');

    warmup.open();
    expect(await delayed).toBe(true);
    expect(await statusOf(application, 'ready')).toEqual([200, 'UP', undefined]);
    expect(application.health.state).toBe('accepting');
  });

  it('is not ready during two delays until both have ended', async () => {
    const [cache, index] = [latch(), latch()];
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()] });
    const { health } = application;
    const delays = [health.delayReadiness('cache', cache.promise), health.delayReadiness('index', index.promise)];

    expect(await statusOf(application, 'ready')).toEqual([503, 'OUT_OF_SERVICE', 'starting: cache, index']);
    cache.open();
    await delays[0];
    expect(await statusOf(application, 'ready')).toEqual([503, 'OUT_OF_SERVICE', 'starting: index']);
    index.open();
    await delays[1];
    expect(await statusOf(application, 'ready')).toEqual([200, 'UP', undefined]);
  });

  it('stays not ready (503) after a rejection of delayReadiness, with the error as the reason', async () => {
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()] });
    const { health, log } = application;

    const refused = Object.assign(new Error('redis://user:secret@cache'), { code: 'ECONNREFUSED' });
    expect(await health.delayReadiness('cache', Promise.reject(refused))).toBe(false);
    expect(await statusOf(application, 'ready')).toEqual([
      503,
      'OUT_OF_SERVICE',
      'starting: cache failed (connection refused)',
    ]);
    expect(log.health('error')).toHaveLength(1);
    expect(log.health('error')[0]).toContain('cache failed, so the application does not become ready');

    const worded = new HealthCheckError('the index is from another version');
    expect(await health.delayReadiness('cache', Promise.reject(worded))).toBe(false);
    expect(await statusOf(application, 'ready')).toEqual([
      503,
      'OUT_OF_SERVICE',
      'starting: cache failed (the index is from another version)',
    ]);

    expect(await health.delayReadiness('cache', Promise.resolve())).toBe(true);
    expect(await statusOf(application, 'ready')).toEqual([200, 'UP', undefined]);
  });

  it('is 503 OUT_OF_SERVICE for ready with the reason, and 200 for live, from refuseTraffic to acceptTraffic', async () => {
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()] });
    application.health.refuseTraffic('maintenance');

    expect(await statusOf(application, 'ready')).toEqual([503, 'OUT_OF_SERVICE', 'maintenance']);
    expect(await statusOf(application, 'live')).toEqual([200, 'UP', undefined]);
    expect(await statusOf(application, 'startup')).toEqual([200, 'UP', undefined]);
    expect(application.health.state).toBe('refusing');

    application.health.acceptTraffic();
    expect(await statusOf(application, 'ready')).toEqual([200, 'UP', undefined]);
    expect(application.health.state).toBe('accepting');
  });
});
