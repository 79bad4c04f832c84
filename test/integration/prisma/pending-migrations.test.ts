import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { HealthModule } from 'nest-vitals';
import { PrismaIndicator, type PrismaIndicatorOptions } from 'nest-vitals/prisma';
import { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { PrismaClient } from '../../support/prisma/generated/client.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { refusalOf, startApplication } from '../../support/start-application.js';

const health = HealthModule.forRoot({ deadline: 10_000, defaults: { ttl: 0, timeout: 5000 } });
const [FIRST, SECOND] = ['20260101000001_create_orders', '20260101000002_create_stock'] as const;

/** A folder in the format of `prisma migrate`. */
function migrationsFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-prisma-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of [SECOND, FIRST]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'migration.sql'), '');
  }
  writeFileSync(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n');
  return folder;
}

/** The columns that `prisma migrate` creates. */
const createTable = (schema: string): string => `
  CREATE TABLE "${schema}"._prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL,
    checksum varchar(64) NOT NULL,
    finished_at timestamptz,
    migration_name varchar(255) NOT NULL,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`;

type Execution = 'started' | 'failed' | 'finished' | 'rolled back';

const insert = (schema: string, name: string, execution: Execution): string => `
  INSERT INTO "${schema}"._prisma_migrations (id, checksum, migration_name, finished_at, logs, rolled_back_at)
  VALUES (
    gen_random_uuid(), '', '${name}',
    ${execution === 'finished' ? 'now()' : 'NULL'},
    ${execution === 'failed' || execution === 'rolled back' ? `'secret in the log of a failure'` : 'NULL'},
    ${execution === 'rolled back' ? 'now()' : 'NULL'}
  )`;

describeWith(postgresql, 'pending migrations of a PrismaClient', (server) => {
  const owner = (): Pool => {
    const pool = new Pool({ connectionString: `${server().address().url}/postgres`, max: 2 });
    onTestFinished(() => pool.end());
    return pool;
  };

  it.each([
    ['the pool of pg', 'by_pool', (pool: Pool, schema: string) => new PrismaPg(pool, { schema }), {}],
    [
      '$queryRaw',
      'by_query',
      () => new PrismaPg({ connectionString: `${server().address().url}/postgres` }),
      { migrationsSchema: 'by_query' },
    ],
  ])('are found through %s, and nothing is written', async (_way, schema, adapter, options) => {
    const pool = owner();
    await pool.query(`CREATE SCHEMA ${schema}`);
    const client = new PrismaClient({ adapter: adapter(pool, schema) });
    onTestFinished(() => client.$disconnect());
    const common = { client, migrationsFolder: migrationsFolder(), ...options };
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        PrismaIndicator('database', { ...common, pendingMigrations: 'degraded' }),
        PrismaIndicator('strict', { ...common, pendingMigrations: 'down' }),
        PrismaIndicator('careless', { client }),
      ],
    });
    const look = async () => {
      const response = await application.get('/health/deep');
      expect(response.text + application.log.text).not.toContain('secret');
      const { database, strict, careless } = reportIn(response).details;
      expect(careless?.status).toBe('UP');
      expect(strict?.status).toBe(database?.status === 'UP' ? 'UP' : 'DOWN');
      expect(strict?.error).toBe(database?.message);
      return [database?.message ?? database?.status, database?.data?.['pending_migrations']];
    };

    expect(await look()).toEqual([`2 pending migrations, the first is ${FIRST}`, 2]);
    const tables = await pool.query(`SELECT 1 FROM pg_tables WHERE schemaname = '${schema}'`);
    expect(tables.rowCount).toBe(0);

    await pool.query(createTable(schema));
    await pool.query(insert(schema, FIRST, 'started'));
    expect(await look()).toEqual([
      `the migration ${FIRST} has not finished; 1 pending migration, the first is ${SECOND}`,
      2,
    ]);
    await pool.query(`UPDATE ${schema}._prisma_migrations SET finished_at = now()`);
    await pool.query(insert(schema, SECOND, 'failed'));
    expect(await look()).toEqual([`the migration ${SECOND} has failed`, 1]);
    await pool.query(`UPDATE ${schema}._prisma_migrations SET rolled_back_at = now() WHERE logs IS NOT NULL`);
    expect(await look()).toEqual([`1 pending migration, the first is ${SECOND}`, 1]);
    await pool.query(insert(schema, SECOND, 'finished'));
    // A newer version of the application has a migration that is not in the folder.
    await pool.query(insert(schema, '20270101000001_newer', 'failed'));
    expect(await look()).toEqual(['UP', 0]);
    const rows = await pool.query(`SELECT 1 FROM ${schema}._prisma_migrations`);
    expect(rows.rowCount).toBe(4);
  });

  it.each([
    ['the pool of pg', (connectionString: string) => new PrismaPg(poolOf(connectionString))],
    ['$queryRaw', (connectionString: string) => new PrismaPg(connectionString)],
  ])('are DEGRADED through %s when the user may not read their table', async (_way, adapter) => {
    const pool = owner();
    await pool.query('DROP SCHEMA IF EXISTS guarded CASCADE');
    await pool.query('CREATE SCHEMA guarded');
    await pool.query(createTable('guarded'));
    await pool.query('DROP ROLE IF EXISTS reader');
    await pool.query(`CREATE ROLE reader LOGIN PASSWORD 'secret'`);
    const { port } = server().address();
    const client = new PrismaClient({ adapter: adapter(`postgres://reader:secret@127.0.0.1:${port}/postgres`) });
    onTestFinished(() => client.$disconnect());
    const options: PrismaIndicatorOptions = {
      client,
      pendingMigrations: 'down',
      migrationsSchema: 'guarded',
      migrationsFolder: migrationsFolder(),
    };
    const application = await startApplication('express', {
      imports: [health],
      providers: [PrismaIndicator('database', options)],
    });
    expect(reportIn(await application.get('/health/deep')).details['database']).toMatchObject({
      status: 'DEGRADED',
      message: 'cannot check pendingMigrations: the user is not permitted to read the table _prisma_migrations',
    });
  });
});

function poolOf(connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: 2 });
  onTestFinished(() => pool.end());
  return pool;
}

describe('pending migrations without their folder', () => {
  it('stop the boot with a remedy', async () => {
    const client = { $queryRaw: () => Promise.resolve([]) };
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [PrismaIndicator('database', { client, pendingMigrations: 'down', migrationsFolder: 'db/nothing' })],
    });
    expect(String(error)).toContain(
      'PrismaIndicator("database"), pendingMigrations: there is no folder of migrations at',
    );
    expect(String(error)).toContain(join(process.cwd(), 'db/nothing'));
    expect(String(error)).toContain('set migrationsFolder to its path');
  });
});
