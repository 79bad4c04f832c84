import type { ModuleMetadata } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { PgIndicator, type PgIndicatorOptions } from 'nest-vitals/pg';
import { Client, Pool } from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { refusalOf, startApplication } from '../../support/start-application.js';

const POOL = Symbol('pool');
const SOON = { timeout: 10_000, interval: 20 };
const health = HealthModule.forRoot({ deadline: 10_000, defaults: { ttl: 0 } });

const root = (options: PgIndicatorOptions, ...imports: NonNullable<ModuleMetadata['imports']>): ModuleMetadata => ({
  imports: [health, ...imports],
  providers: [PgIndicator('database', options)],
});

/** Modules that each provide one of these values with the token of the pool. */
const provided = (...values: unknown[]): ReturnType<typeof moduleNamed>[] =>
  values.map((value, index) => moduleNamed(`Module${index}`, { providers: [{ provide: POOL, useValue: value }] }));

describeWith(postgresql, 'the client of a PgIndicator', (server) => {
  const connectionString = (): string => `${server().address().url}/postgres`;
  const poolOf = (max: number): Pool => {
    const pool = new Pool({ connectionString: connectionString(), max });
    pool.on('error', () => undefined);
    onTestFinished(() => pool.end());
    return pool;
  };

  it('can be passed itself, or be found by a token in any module', async () => {
    const pool = poolOf(2);
    const application = await startApplication('express', {
      imports: [health, ...provided(pool)],
      providers: [PgIndicator('by_itself', { client: pool }), PgIndicator('by_token', { client: POOL })],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ by_itself: 'UP', by_token: 'UP' });
    expect(pool.totalCount).toBe(1);
  });

  it('can be a pool, and leaves no listener on its connections', async () => {
    const pool = poolOf(1);
    const application = await startApplication('express', root({ client: pool }));
    await application.get('/health/ready');
    const connection = await pool.connect();
    const before = connection.listenerCount('error');
    connection.release();
    for (let probes = 0; probes < 20; probes += 1) {
      expect((await application.get('/health/ready')).status).toBe(200);
    }
    const again = await pool.connect();
    expect(again).toBe(connection);
    expect(again.listenerCount('error')).toBe(before);
    again.release();
  });

  it('can be an exhausted pool, in which at most one check waits', async () => {
    const pool = poolOf(1);
    const application = await startApplication('express', root({ client: pool, timeout: 50, maxWaiting: 0 }));
    const isReady = async (): Promise<void> => expect((await application.get('/health/ready')).status).toBe(200);
    await vi.waitFor(isReady, SOON);
    const taken = await pool.connect();
    for (let probes = 0; probes < 10; probes += 1) {
      const { database } = reportIn(await application.get('/health/deep')).details;
      // Each probe ran the check, so the engine suspended no run.
      expect(database).toMatchObject({
        status: 'DOWN',
        code: 'ETIMEDOUT',
        consecutive_failures: probes + 1,
        data: { pool_max: 1, pool_used: 1, pool_idle: 0, pool_waiting: 1 },
      });
      // A check that timed out leaves the queue of the pool.
      expect(pool.waitingCount).toBeLessThanOrEqual(1);
    }
    taken.release();
    await vi.waitFor(() => expect(pool.idleCount).toBe(1), SOON);
    await vi.waitFor(isReady, SOON);
    expect(pool.totalCount).toBe(1);
  });

  it('is DEGRADED when more callers wait for the pool than maxWaiting', async () => {
    const pool = poolOf(1);
    const application = await startApplication('express', root({ client: pool, timeout: 5000, maxWaiting: 1 }));
    const taken = await pool.connect();
    const work = [1, 2].map(() => pool.query('SELECT 1'));
    const response = application.get('/health/deep');
    await vi.waitFor(() => expect(pool.waitingCount).toBe(3), SOON);
    taken.release();
    const { database } = reportIn(await response).details;
    await Promise.all(work);
    expect(database).toMatchObject({
      status: 'DEGRADED',
      message: '2 callers wait for a connection, more than 1',
      data: { pool_waiting: 2 },
    });
  });

  it('is DOWN for a pool that does not connect in time, and for a pool that was ended', async () => {
    const pool = new Pool({ connectionString: connectionString(), connectionTimeoutMillis: 50 });
    onTestFinished(() => server().thaw());
    const application = await startApplication('express', root({ client: pool, timeout: 5000 }));
    server().freeze();
    const { database } = reportIn(await application.get('/health/deep')).details;
    expect(database).toMatchObject({ status: 'DOWN', error: 'timed out', code: 'ETIMEDOUT' });
    server().thaw();
    await pool.end();
    expect(reportIn(await application.get('/health/deep')).details['database']).toMatchObject({ status: 'DOWN' });
  });

  it('can be a single connection, which is kept through a freeze', async () => {
    const client = new Client({ connectionString: connectionString() });
    await client.connect();
    onTestFinished(() => client.end());
    onTestFinished(() => server().thaw());
    const application = await startApplication('express', root({ client, timeout: 50 }));
    expect(reportIn(await application.get('/health/deep')).details['database']).not.toHaveProperty('data');
    server().freeze();
    for (let probes = 0; probes < 10; probes += 1) expect((await application.get('/health/ready')).status).toBe(503);
    server().thaw();
    await vi.waitFor(async () => expect((await application.get('/health/ready')).status).toBe(200), SOON);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('is DOWN for a single connection that has ended', async () => {
    const client = new Client({ connectionString: connectionString() });
    client.on('error', () => undefined);
    await client.connect();
    const application = await startApplication('express', root({ client }));
    expect((await application.get('/health/ready')).status).toBe(200);
    await server().restart();
    const { database } = reportIn(await application.get('/health/deep')).details;
    expect(database).toMatchObject({ status: 'DOWN', error: 'connection reset' });
  }, 120_000);
});

describe('a PgIndicator without a client', () => {
  const pools = [new Pool(), new Pool()];

  it.each([
    ['none is named', {} as PgIndicatorOptions, [], 'it is missing'],
    ['none is provided', { client: POOL }, [], 'no module provides its client under the token Symbol(pool)'],
    [
      'it is something else',
      { client: POOL },
      ['a text'],
      'its client is "a text" instead of a Pool or a Client of pg',
    ],
    [
      'several are meant',
      { client: POOL },
      pools,
      'several modules provide different clients under the token Symbol(pool)',
    ],
  ])('stops the boot when %s', async (_when, options, values, problem) => {
    const { error } = await refusalOf('express', root(options, ...provided(...values)));
    expect(String(error)).toContain('PgIndicator("database")');
    expect(String(error)).toContain(problem);
    expect(String(error)).toContain('Remedy:');
  });
});
