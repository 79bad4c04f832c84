import { Inject, Injectable } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { HealthModule } from 'nest-vitals';
import { PgIndicator } from 'nest-vitals/pg';
import { describe, expect, it, vi } from 'vitest';
import { statusesIn } from '../support/answers.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, refusalOf, startApplication } from '../support/start-application.js';

const CLIENT = Symbol('client');

/** As much of a client as is used. */
const client = {
  query: () => Promise.resolve({ rows: [] }),
  connect: () => Promise.resolve(),
  end: () => Promise.resolve(),
};
const database = moduleNamed('DatabaseModule', { providers: [{ provide: CLIENT, useValue: client }] });

describe.each(ADAPTERS)('an indicator of a client of the application, on %s', (adapter) => {
  it('finds it by its token in a module that its own does not import', async () => {
    const orders = moduleNamed('OrdersModule', { providers: [PgIndicator('database', { client: CLIENT })] });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot(), database, orders] });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'UP' });
  });

  it('stops the boot where there is none, and says what to do', async () => {
    const { error } = await refusalOf(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [PgIndicator('database', { client: CLIENT })],
    });
    expect(String(error)).toContain(
      'PgIndicator("database"): no module provides its client under the token Symbol(client)',
    );
    expect(String(error)).toContain('PgIndicator("database", { client: PG_POOL })');
  });

  it('stops the boot together with whatever else is wrong', async () => {
    const { error } = await refusalOf(adapter, {
      imports: [HealthModule.forRoot({ groups: { billing: { indicators: ['nobody'] } } })],
      providers: [PgIndicator('database', { client: CLIENT }), PgIndicator('archive', { client: 'ARCHIVE' })],
    });
    expect(String(error)).toContain('The health configuration has 3 faults');
    expect(String(error)).toContain('PgIndicator("database"): no module provides');
    expect(String(error)).toContain('PgIndicator("archive"): no module provides');
    expect(String(error)).toContain('"nobody"');
  });

  it('stops the boot where looking for it fails in another way', async () => {
    class BrokenHealth extends PgIndicator('database', { client: CLIENT }) {
      request(): never {
        throw new TypeError('a fault of the class');
      }
    }
    const { error } = await refusalOf(adapter, { imports: [HealthModule.forRoot()], providers: [BrokenHealth] });
    expect(error).toEqual(new TypeError('a fault of the class'));
  });

  it('needs none while the environment has switched it off', async () => {
    vi.stubEnv('HEALTH_DATABASE_ENABLED', 'false');
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [PgIndicator('database', { client: CLIENT })],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'SKIPPED' });
  });

  it('needs none while it is switched off', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [PgIndicator('database', { client: CLIENT, enabled: false })],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'SKIPPED' });
  });

  it('finds it in a module that is loaded lazily', async () => {
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot(), database] });
    const lazy = moduleNamed('LazyModule', { providers: [PgIndicator('database', { client: CLIENT })] });
    await application.app.get(LazyModuleLoader).load(() => lazy);
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'UP' });
  });

  it('can be a class of the application, with a constructor of its own', async () => {
    @Injectable()
    class Greeting {
      readonly text = 'hello';
    }
    class DatabaseHealth extends PgIndicator('database', { client: CLIENT }) {
      constructor(@Inject(Greeting) readonly greeting: Greeting) {
        super();
      }
    }
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot(), database],
      providers: [Greeting, DatabaseHealth],
    });
    expect(application.app.get(DatabaseHealth).greeting.text).toBe('hello');
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'UP' });
  });

  it('gives way to a stand-in of a test, and needs no client then', async () => {
    const indicator = PgIndicator('database', { client: CLIENT });
    const application = await startApplication(
      adapter,
      { imports: [HealthModule.forRoot()], providers: [indicator] },
      { override: (builder) => builder.overrideProvider(indicator).useValue({ check: () => undefined }) },
    );
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'UP' });
  });
});
