import { MikroORM as AnyOrm } from '@mikro-orm/core';
import { MikroOrmModule, getMikroORMToken } from '@mikro-orm/nestjs';
import { MikroORM } from '@mikro-orm/postgresql';
import { HealthModule } from 'nest-vitals';
import { type MikroOrmClient, MikroOrmIndicator } from 'nest-vitals/mikro-orm';
import type { Pool } from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { refusalOf, startApplication } from '../../support/start-application.js';
import { ormOptions } from './orm-options.js';

const SOON = { timeout: 10_000, interval: 20 };
const health = HealthModule.forRoot({ deadline: 10_000, defaults: { ttl: 0, timeout: 5000 } });

describeWith(postgresql, 'the MikroORM of a MikroOrmIndicator', (server) => {
  const options = () => ormOptions(server().address().url);

  it('is the default one, or the one with the given context name, token, or the given instance', async () => {
    const reports = await MikroORM.init(options());
    onTestFinished(() => reports.close());
    const application = await startApplication('express', {
      imports: [
        health,
        MikroOrmModule.forRoot(options()),
        MikroOrmModule.forRoot({ ...options(), contextName: 'orders' }),
      ],
      providers: [
        MikroOrmIndicator('by_default'),
        MikroOrmIndicator('by_class', { orm: MikroORM }),
        MikroOrmIndicator('by_name', { orm: 'orders' }),
        MikroOrmIndicator('by_token', { orm: getMikroORMToken('orders') }),
        MikroOrmIndicator('by_itself', { orm: reports }),
      ],
    });
    const names = ['by_default', 'by_class', 'by_name', 'by_token', 'by_itself'];
    const statuses = async (): Promise<unknown> => {
      const found = statusesIn(await application.get('/health/deep'));
      return names.map((name) => found[name]);
    };

    expect(await statuses()).toEqual(['UP', 'UP', 'UP', 'UP', 'UP']);
    await application.app.get(AnyOrm).close();
    expect(await statuses()).toEqual(['DOWN', 'DOWN', 'UP', 'UP', 'UP']);
    await application.app.get<MikroORM>(getMikroORMToken('orders')).close();
    expect(await statuses()).toEqual(['DOWN', 'DOWN', 'DOWN', 'DOWN', 'UP']);
    const { by_default } = reportIn(await application.get('/health/deep')).details;
    expect(by_default?.error).toBe('the MikroORM is closed');
  });

  it('lends one connection for all simultaneous checks, and is DEGRADED when too many callers wait', async () => {
    let pool: Pool | undefined;
    const onPoolCreated = (created: Pool): void => {
      pool = created;
    };
    const application = await startApplication('express', {
      imports: [health, MikroOrmModule.forRoot({ ...options(), driverOptions: { onPoolCreated } })],
      providers: ['database', 'orders', 'stock'].map((name) => MikroOrmIndicator(name, { maxWaiting: 1 })),
    });
    await application.get('/health/deep');
    const orm = application.app.get(MikroORM);
    const taken = await Promise.all([1, 2, 3].map(async () => pool?.connect()));
    const work = [1, 2].map(() => orm.em.getConnection().execute('SELECT 1'));
    await vi.waitFor(() => expect(pool?.waitingCount).toBe(2), SOON);

    const response = application.get('/health/deep');
    await vi.waitFor(() => expect(pool?.waitingCount).toBe(3), SOON);
    for (const connection of taken) connection?.release();
    const { details } = reportIn(await response);
    await Promise.all(work);
    expect(Object.values(details).map(({ status, message }) => [status, message])).toEqual(
      [1, 2, 3].map(() => ['DEGRADED', '2 callers wait for a connection, more than 1']),
    );
  });

  it('is checked by its own method when the application passes a Kysely dialect', async () => {
    const inner = await MikroORM.init(options());
    onTestFinished(() => inner.close());
    const application = await startApplication('express', {
      imports: [health, MikroOrmModule.forRoot({ ...options(), driverOptions: inner.em.getKysely() })],
      providers: [MikroOrmIndicator('database')],
    });
    const { database } = reportIn(await application.get('/health/deep')).details;
    expect(database).toMatchObject({ status: 'UP' });
    expect(database).not.toHaveProperty('data');
  });
});

/** This MikroORM has the methods of version 6, which has no access to the driver's client. */
function olderOrm(check: () => Promise<unknown>): MikroOrmClient {
  const connection = { ensureConnection: () => Promise.resolve(), checkConnection: check };
  return { em: { getConnection: () => connection }, checkConnection: check };
}

describe('a MikroORM without access to the pool', () => {
  it.each([
    [{ ok: true }, { status: 'UP' }],
    [
      { ok: false, reason: 'Connection not established' },
      { status: 'DOWN', error: 'Connection not established' },
    ],
    [
      { ok: false, reason: 'x', error: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) },
      { status: 'DOWN', error: 'connection refused' },
    ],
  ])('is checked by its own method: %o', async (finding, expected) => {
    const orm = olderOrm(() => Promise.resolve(finding));
    const application = await startApplication('express', {
      imports: [health],
      providers: [MikroOrmIndicator('database', { orm })],
    });
    expect(reportIn(await application.get('/health/deep')).details['database']).toMatchObject(expected);
  });

  it('cannot check migrations', async () => {
    const orm = olderOrm(() => Promise.resolve({ ok: true }));
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [MikroOrmIndicator('database', { orm, pendingMigrations: 'down' })],
    });
    expect(String(error)).toContain('the check of migrations needs MikroORM 7.2 or later, and PostgreSQL');
  });
});

describe('a missing MikroORM', () => {
  it.each([
    ['by default', {}, 'no module provides its client under the class MikroORM'],
    [
      'by name',
      { orm: 'orders' },
      'no module provides its client under the token "orders_MikroORM" or the token "orders"',
    ],
    [
      'that is something else',
      { orm: new Map() as unknown as MikroOrmClient },
      'its client is an object instead of a MikroORM',
    ],
  ])('stops the boot with a remedy %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [health, moduleNamed('EmptyModule', {})],
      providers: [MikroOrmIndicator('database', options)],
    });
    expect(String(error)).toContain(`MikroOrmIndicator("database"): ${problem}`);
    expect(String(error)).toContain('import MikroOrmModule.forRoot()');
  });

  it('is allowed while the indicator is disabled', async () => {
    const application = await startApplication('express', {
      imports: [health],
      providers: [MikroOrmIndicator('database', { enabled: false })],
    });
    expect(statusesIn(await application.get('/health/deep'))).toEqual({ database: 'SKIPPED' });
  });
});
