import type { Type } from '@nestjs/common';
import { sql as drizzleSql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Knex } from 'knex';
import { Kysely, sql as kyselySql } from 'kysely';
import type { HealthCheckDetail } from 'nest-vitals';
import { expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { startFaultProxy } from '../../support/servers/fault-proxy.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';
import { AppModule as WithDrizzle, DRIZZLE } from './drizzle.module.js';
import { AppModule as WithKnexAndPool, KNEX as KNEX_WITH_POOL } from './knex-with-pool.module.js';
import { AppModule as WithKnex, KNEX } from './knex.module.js';
import { AppModule as WithKysely } from './kysely.module.js';

const SOON = { timeout: 20_000, interval: 50 };

/** Runs work while the query builder holds a connection in a transaction. */
type InTransaction = (application: TestApplication, work: () => Promise<void>) => Promise<void>;

const throughDrizzle: InTransaction = async ({ app }, work) =>
  app.get<NodePgDatabase>(DRIZZLE).transaction(async (transaction) => {
    await transaction.execute(drizzleSql`SELECT 1`);
    await work();
  });

const throughKysely: InTransaction = async ({ app }, work) =>
  app
    .get<Kysely<unknown>>(Kysely)
    .transaction()
    .execute(async (transaction) => {
      await kyselySql`SELECT 1`.execute(transaction);
      await work();
    });

const throughKnex =
  (token: symbol): InTransaction =>
  async ({ app }, work) =>
    app.get<Knex>(token).transaction(async (transaction) => {
      await transaction.raw('SELECT 1');
      await work();
    });

async function detailIn(application: TestApplication): Promise<HealthCheckDetail | undefined> {
  return reportIn(await application.get('/health/deep')).details['database'];
}

describeWith(postgresql, 'the guides for query builders', (server) => {
  const start = (module: Type, port = server().port): Promise<TestApplication> => {
    vi.stubEnv('DATABASE_URL', `${server().address(port).url}/postgres`);
    return startApplication('express', { imports: [module] });
  };

  it.each([
    ['Drizzle', WithDrizzle, throughDrizzle],
    ['Kysely', WithKysely, throughKysely],
    ['Knex with a pool of pg', WithKnexAndPool, throughKnex(KNEX_WITH_POOL)],
    ['Knex', WithKnex, throughKnex(KNEX)],
  ])(
    '%s: reports the pool of the query builder, and is DOWN while the server is stopped',
    async (_name, module, hold) => {
      const application = await start(module);
      await hold(application, async () => {
        // One connection is in the transaction, and the other one was used by the check.
        const expected = { status: 'UP', data: { pool_used: 1, pool_idle: 1, pool_waiting: 0 } };
        await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject(expected), SOON);
      });
      await server().kill();
      await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'DOWN' }), SOON);
      await server().restart();
      await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
    },
  );

  it('Knex: a check that times out keeps no connection', async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const application = await start(WithKnex, proxy.port);
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
    proxy.silence();
    await vi.waitFor(
      async () => expect(await detailIn(application)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' }),
      SOON,
    );
    await vi.waitFor(
      async () => expect(await detailIn(application)).toMatchObject({ status: 'UP', data: { pool_used: 0 } }),
      SOON,
    );
  });

  it('Knex: a check of a full pool times out, and the next one passes when a connection is free', async () => {
    const application = await start(WithKnex);
    const knex = application.app.get<Knex>(KNEX);
    const transactions = await Promise.all(Array.from({ length: 10 }, async () => knex.transaction()));
    const waiting = { status: 'DOWN', code: 'ETIMEDOUT', data: { pool_used: 10, pool_idle: 0, pool_waiting: 1 } };
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject(waiting), SOON);
    await Promise.all(transactions.map(async (transaction) => transaction.rollback()));
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
  });
});
