import { TypeOrmModule } from '@nestjs/typeorm';
import { HealthModule } from 'nest-vitals';
import { TypeOrmIndicator } from 'nest-vitals/typeorm';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { postgresql } from '../../support/servers/postgresql.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';

const SOON = { timeout: 10_000, interval: 20 };
const CHECKS = 100;

describeWith(postgresql, 'the pool of a data source', (server) => {
  it(`serves the application after ${CHECKS} timed-out checks of a frozen database`, async () => {
    const { application, pool } = await applicationOf(server(), { ttl: 0, timeout: 20 });
    const dataSource = application.app.get(DataSource);
    for (const connection of await takeAll(pool)) connection.release();
    expect(pool.totalCount).toBe(3);
    thawAtTheEnd(server());

    server().freeze();
    const connect = vi.spyOn(pool, 'connect');
    let timedOut = 0;
    while (timedOut < CHECKS) {
      const { database } = reportIn(await application.get('/health/deep')).details;
      expect(database).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
      timedOut = database?.consecutive_failures ?? 0;
    }
    // The only request of the check for a connection. There is never a second request.
    expect(pool.waitingCount).toBeLessThanOrEqual(1);
    expect(pool.totalCount).toBeLessThanOrEqual(3);
    expect(connect.mock.calls.length).toBeLessThan(CHECKS);

    server().thaw();
    const rows = await Promise.all([1, 2, 3].map((number) => dataSource.query(`SELECT ${number} AS number`)));
    expect(rows).toEqual([[{ number: 1 }], [{ number: 2 }], [{ number: 3 }]]);
    await vi.waitFor(() => expect(pool.idleCount).toBe(pool.totalCount), SOON);
  }, 60_000);

  it('lends one connection for all simultaneous checks', async () => {
    const { application, pool } = await applicationOf(server(), { ttl: 0, timeout: 400 }, [
      'database',
      'orders',
      'stock',
    ]);
    thawAtTheEnd(server());
    const connect = vi.spyOn(pool, 'connect');

    server().freeze();
    const response = await application.get('/health/deep');
    expect(Object.values(reportIn(response).details).map(({ status }) => status)).toEqual(['DOWN', 'DOWN', 'DOWN']);
    expect(connect).toHaveBeenCalledTimes(1);
  });

  it('is DEGRADED when more callers wait for a connection than maxWaiting', async () => {
    const { application, pool } = await applicationOf(server(), { ttl: 0, timeout: 5000, maxWaiting: 1 });
    const taken = await takeAll(pool);
    const work = [1, 2].map(() => application.app.get(DataSource).query('SELECT 1'));
    const response = application.get('/health/deep');
    await vi.waitFor(() => expect(pool.waitingCount).toBe(3), SOON);
    for (const connection of taken) connection.release();
    const { database } = reportIn(await response).details;
    await Promise.all(work);

    expect(database).toMatchObject({
      status: 'DEGRADED',
      message: '2 callers wait for a connection, more than 1',
      data: { pool_max: 3 },
    });
  });

  it('is reported when a check has timed out while it waited for a connection', async () => {
    const { application, pool } = await applicationOf(server(), { ttl: 0, timeout: 100 });
    const taken = await takeAll(pool);
    const { database } = reportIn(await application.get('/health/deep')).details;
    for (const connection of taken) connection.release();

    expect(database).toMatchObject({
      status: 'DOWN',
      error: 'timed out after 100 ms',
      data: { pool_max: 3, pool_open: 3, pool_used: 3, pool_idle: 0, pool_waiting: 1 },
    });
  });
});

function takeAll(pool: Pool): Promise<PoolClient[]> {
  return Promise.all([1, 2, 3].map(() => pool.connect()));
}

async function applicationOf(
  server: PrivateServer,
  options: Parameters<typeof TypeOrmIndicator>[1],
  names: readonly string[] = ['database'],
): Promise<{ application: TestApplication; pool: Pool }> {
  const application = await startApplication('express', {
    imports: [
      HealthModule.forRoot({ deadline: 10_000 }),
      TypeOrmModule.forRoot({ type: 'postgres', url: `${server.address().url}/postgres`, poolSize: 3 }),
    ],
    providers: names.map((name) => TypeOrmIndicator(name, options)),
  });
  const pool = Reflect.get(application.app.get(DataSource).driver, 'master') as Pool;
  await vi.waitFor(async () => expect((await application.get('/health/ready')).status).toBe(200), SOON);
  return { application, pool };
}

function thawAtTheEnd(server: PrivateServer): void {
  onTestFinished(() => server.thaw());
}
