import { Inject, Injectable } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { HealthModule } from 'nest-vitals';
import { PgIndicator } from 'nest-vitals/pg';
import { describe, expect, it, vi } from 'vitest';
import { statusesIn } from '../support/responses.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, refusalOf, startApplication } from '../support/start-application.js';

const CLIENT = Symbol('client');

/** The used part of a client. */
const client = {
  query: () => Promise.resolve({ rows: [] }),
  connect: () => Promise.resolve(),
  end: () => Promise.resolve(),
};
const database = moduleNamed('DatabaseModule', { providers: [{ provide: CLIENT, useValue: client }] });

describe.each(ADAPTERS)('an indicator of a client of the application, on %s', (adapter) => {
  it("finds the client by its token in a module that the indicator's own module does not import", async () => {
    const orders = moduleNamed('OrdersModule', { providers: [PgIndicator('database', { client: CLIENT })] });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot(), database, orders] });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'UP' });
  });

  it('stops the boot without a client, and gives the remedy', async () => {
    const { error } = await refusalOf(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [PgIndicator('database', { client: CLIENT })],
    });
    expect(String(error)).toContain(
      'PgIndicator("database"): no module provides its client under the token Symbol(client)',
    );
    expect(String(error)).toContain('PgIndicator("database", { client: PG_POOL })');
  });

  it('stops the boot with one error for all faults', async () => {
    const { error } = await refusalOf(adapter, {
      imports: [HealthModule.forRoot({ groups: { billing: { indicators: ['nobody'] } } })],
      providers: [PgIndicator('database', { client: CLIENT }), PgIndicator('archive', { client: 'ARCHIVE' })],
    });
    expect(String(error)).toContain('The health configuration has 3 faults');
    expect(String(error)).toContain('PgIndicator("database"): no module provides');
    expect(String(error)).toContain('PgIndicator("archive"): no module provides');
    expect(String(error)).toContain('"nobody"');
  });

  it('stops the boot with the error of a subclass', async () => {
    class BrokenHealth extends PgIndicator('database', { client: CLIENT }) {
      request(): never {
        throw new TypeError('a fault of the class');
      }
    }
    const { error } = await refusalOf(adapter, { imports: [HealthModule.forRoot()], providers: [BrokenHealth] });
    expect(error).toEqual(new TypeError('a fault of the class'));
  });

  it('needs no client while the environment disables it', async () => {
    vi.stubEnv('HEALTH_DATABASE_ENABLED', 'false');
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [PgIndicator('database', { client: CLIENT })],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'SKIPPED' });
  });

  it('needs no client while it is disabled', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [PgIndicator('database', { client: CLIENT, enabled: false })],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'SKIPPED' });
  });

  it('finds the client in a lazily loaded module', async () => {
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot(), database] });
    const lazy = moduleNamed('LazyModule', { providers: [PgIndicator('database', { client: CLIENT })] });
    await application.app.get(LazyModuleLoader).load(() => lazy);
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'UP' });
  });

  it('can be subclassed with a constructor', async () => {
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

  it('can be overridden in a test, and needs no client then', async () => {
    const indicator = PgIndicator('database', { client: CLIENT });
    const application = await startApplication(
      adapter,
      { imports: [HealthModule.forRoot()], providers: [indicator] },
      { override: (builder) => builder.overrideProvider(indicator).useValue({ check: () => undefined }) },
    );
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ database: 'UP' });
  });
});
