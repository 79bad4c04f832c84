import { TypeOrmModule } from '@nestjs/typeorm';
import { HealthModule } from 'nest-vitals';
import { TypeOrmIndicator, type TypeOrmIndicatorOptions } from 'nest-vitals/typeorm';
import { DataSource, type DataSourceOptions, type MigrationInterface, type QueryRunner } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { mariadb } from '../../support/servers/mariadb.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';

class CreateOrders1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE orders (id integer)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE orders');
  }
}

class CreateStock1700000000002 implements MigrationInterface {
  readonly name = 'CreateStock1700000000002';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE stock (id integer)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE stock');
  }
}

const migrations = { migrations: [CreateStock1700000000002, CreateOrders1700000000001] };

const start = (dataSource: DataSourceOptions, options: TypeOrmIndicatorOptions): Promise<TestApplication> =>
  startApplication('express', {
    imports: [HealthModule.forRoot({ defaults: { ttl: 0, timeout: 5000 } }), TypeOrmModule.forRoot(dataSource)],
    providers: [TypeOrmIndicator('database', options)],
  });

/** The reported pending migrations, and whether the migrations table exists. */
interface Finding {
  readonly status: string | undefined;
  readonly words?: string | undefined;
  readonly pending: unknown;
  readonly hasTable: boolean;
}

/** The findings without any executed migration, with all of them, and with all but the last one. */
async function followMigrations(dataSource: DataSourceOptions): Promise<Finding[]> {
  const application = await start(dataSource, { pendingMigrations: 'degraded' });
  const source = application.app.get(DataSource);
  const look = async (): Promise<Finding> => {
    const { database } = reportIn(await application.get('/health/deep')).details;
    const runner = source.createQueryRunner();
    const hasTable = await runner.hasTable(dataSource.migrationsTableName ?? 'migrations');
    await runner.release();
    return {
      status: database?.status,
      words: database?.message,
      pending: database?.data?.['pending_migrations'],
      hasTable,
    };
  };

  const untouched = await look();
  await source.runMigrations();
  const migrated = await look();
  await source.undoLastMigration();
  return [untouched, migrated, await look()];
}

const STORY: readonly Finding[] = [
  {
    status: 'DEGRADED',
    words: '2 pending migrations, the first is CreateOrders1700000000001',
    pending: 2,
    hasTable: false,
  },
  { status: 'UP', words: undefined, pending: 0, hasTable: true },
  {
    status: 'DEGRADED',
    words: '1 pending migration, the first is CreateStock1700000000002',
    pending: 1,
    hasTable: true,
  },
];

describe('pending migrations of an embedded database', () => {
  it('are counted, and nothing is written', async () => {
    expect(await followMigrations({ type: 'sqljs', ...migrations })).toEqual(STORY);
  });

  it('are read from the table that the data source configures', async () => {
    const dataSource = { type: 'sqljs', migrationsTableName: 'applied', ...migrations } as const;
    expect(await followMigrations(dataSource)).toEqual(STORY);
  });

  it('are DOWN with pendingMigrations: down', async () => {
    const application = await start({ type: 'sqljs', ...migrations }, { pendingMigrations: 'down' });
    expect(reportIn(await application.get('/health/deep')).details['database']).toMatchObject({
      status: 'DOWN',
      error: '2 pending migrations, the first is CreateOrders1700000000001',
    });
  });

  it('are not checked by default', async () => {
    const application = await start({ type: 'sqljs', ...migrations }, {});
    const { database } = reportIn(await application.get('/health/deep')).details;
    expect(database).toMatchObject({ status: 'UP' });
    expect(database).not.toHaveProperty('data');
  });
});

describeWith(postgresql, 'pending migrations', (server) => {
  it('are counted, and nothing is written', async () => {
    const url = `${server().address().url}/postgres`;
    expect(await followMigrations({ type: 'postgres', url, ...migrations })).toEqual(STORY);
  });

  it('are read in the schema of the data source', async () => {
    const url = `${server().address().url}/postgres`;
    const owner = await new DataSource({ type: 'postgres', url }).initialize();
    await owner.query('CREATE SCHEMA shop');
    await owner.query('DROP TABLE orders');
    await owner.destroy();
    // TypeORM creates the migrations table in this schema, and the migrations choose the schemas of the other tables.
    expect(await followMigrations({ type: 'postgres', url, schema: 'shop', ...migrations })).toEqual(STORY);
  });
});

describeWith(mariadb, 'pending migrations', (server) => {
  it('are counted, and nothing is written', async () => {
    const url = `${server().address().url}/application`;
    expect(await followMigrations({ type: 'mariadb', url, ...migrations })).toEqual(STORY);
  });
});
