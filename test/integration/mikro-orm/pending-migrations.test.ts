import { Migration, Migrator } from '@mikro-orm/migrations';
import { MikroOrmModule } from '@mikro-orm/nestjs';
import { type AbstractSqlConnection, MikroORM } from '@mikro-orm/postgresql';
import { HealthModule } from 'nest-vitals';
import { type MikroOrmClient, MikroOrmIndicator } from 'nest-vitals/mikro-orm';
import { describe, expect, it } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { refusalOf, startApplication } from '../../support/start-application.js';
import { ormOptions } from './orm-options.js';

class Migration20260101000001 extends Migration {
  up(): void {
    this.addSql('CREATE TABLE orders (id integer)');
  }
  override down(): void {
    this.addSql('DROP TABLE orders');
  }
}

class Migration20260101000002 extends Migration {
  up(): void {
    this.addSql('CREATE TABLE stock (id integer)');
  }
  override down(): void {
    this.addSql('DROP TABLE stock');
  }
}

const health = HealthModule.forRoot({ deadline: 10_000, defaults: { ttl: 0, timeout: 5000 } });

const migrating = (url: string, tableName: string) => ({
  ...ormOptions(url),
  extensions: [Migrator],
  migrations: { migrationsList: [Migration20260101000001, Migration20260101000002], tableName, snapshot: false },
});

/** The names of the tables for executed migrations. */
const tablesIn = (connection: AbstractSqlConnection): Promise<unknown> =>
  connection.execute(`SELECT relname FROM pg_class WHERE relname LIKE 'applied%' AND relkind = 'r'`);

describeWith(postgresql, 'pending migrations of a MikroORM', (server) => {
  it('are counted by its migrator, without creating their table', async () => {
    const application = await startApplication('express', {
      imports: [health, MikroOrmModule.forRoot(migrating(server().address().url, 'applied'))],
      providers: [
        MikroOrmIndicator('database', { pendingMigrations: 'degraded' }),
        MikroOrmIndicator('strict', { pendingMigrations: 'down' }),
        MikroOrmIndicator('careless'),
      ],
    });
    const orm = application.app.get(MikroORM);
    const look = async () => {
      const { database, strict, careless } = reportIn(await application.get('/health/deep')).details;
      expect(careless?.status).toBe('UP');
      expect(strict?.status).toBe(database?.status === 'UP' ? 'UP' : 'DOWN');
      expect(strict?.error).toBe(database?.message);
      return [database?.status, database?.message, database?.data?.['pending_migrations']];
    };

    const untouched = ['DEGRADED', 'no migration was executed: the table public.applied does not exist', undefined];
    expect(await look()).toEqual(untouched);
    expect(await look()).toEqual(untouched);
    expect(await tablesIn(orm.em.getConnection())).toEqual([]);
    await orm.migrator.up();
    expect(await look()).toEqual(['UP', undefined, 0]);
    await orm.migrator.down();
    expect(await look()).toEqual(['DEGRADED', '1 pending migration, the first is Migration20260101000002', 1]);
    await orm.migrator.down();
    expect(await look()).toEqual(['DEGRADED', '2 pending migrations, the first is Migration20260101000001', 2]);
  });

  it('are DEGRADED when the user may not read their table', async () => {
    const { url } = server().address();
    const owner = await MikroORM.init(migrating(url, 'applied_by_owner'));
    await owner.migrator.up();
    await owner.em.getConnection().execute(`CREATE ROLE reader LOGIN PASSWORD 'secret'`);
    await owner.close();
    const limited = new URL(url);
    [limited.username, limited.password] = ['reader', 'secret'];
    const application = await startApplication('express', {
      imports: [health, MikroOrmModule.forRoot(migrating(limited.href.replace(/\/$/, ''), 'applied_by_owner'))],
      providers: [MikroOrmIndicator('database', { pendingMigrations: 'down' })],
    });
    expect(reportIn(await application.get('/health/deep')).details['database']).toMatchObject({
      status: 'DEGRADED',
      message: 'cannot check pendingMigrations: the user is not permitted to read the migrations table',
    });
  });
});

describe('pending migrations without the package of the migrator', () => {
  it('stop the boot with a remedy', async () => {
    const orm: MikroOrmClient = {
      em: Object.assign(
        { getConnection: () => ({ getNativeClient: () => undefined }) },
        {
          getPlatform: () => ({ getDefaultSchemaName: () => 'public' }),
        },
      ),
      checkConnection: () => Promise.resolve(),
    };
    Object.defineProperty(orm, 'migrator', {
      get: () => {
        throw new Error('the package is not installed');
      },
    });
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [MikroOrmIndicator('database', { orm, pendingMigrations: 'down' })],
    });
    expect(String(error)).toContain('MikroOrmIndicator("database"), pendingMigrations: its MikroORM has no migrator');
  });
});
