import { TypeOrmModule } from '@nestjs/typeorm';
import { HealthModule } from 'nest-vitals';
import { TypeOrmIndicator } from 'nest-vitals/typeorm';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { expect, it } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { mariadb } from '../../support/servers/mariadb.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { startApplication } from '../../support/start-application.js';

class CreateNothing1700000000001 implements MigrationInterface {
  async up(): Promise<void> {
    // Only the name of the migration matters.
  }
  async down(): Promise<void> {
    // The check has created nothing.
  }
}

const migrations = [CreateNothing1700000000001];
const health = HealthModule.forRoot({ defaults: { ttl: 0, timeout: 5000 } });

const MIGRATIONS_REFUSED = {
  status: 'DEGRADED',
  message: 'cannot check pendingMigrations: the user is not permitted to read the migrations table',
};

/** Migrates the database, runs the statements that create a user, and checks the migrations as this user. */
async function checkAsOtherUser(owner: DataSourceOptions, statements: readonly string[], other: DataSourceOptions) {
  const source = await new DataSource(owner).initialize();
  await source.runMigrations();
  for (const statement of statements) await source.query(statement);
  await source.destroy();
  const application = await startApplication('express', {
    imports: [health, TypeOrmModule.forRoot({ ...other, retryAttempts: 1 })],
    providers: [TypeOrmIndicator('database', { pendingMigrations: 'down' })],
  });
  return reportIn(await application.get('/health/deep')).details['database'];
}

describeWith(postgresql, 'a user without permissions', (server) => {
  it('is DEGRADED when it may not read the migrations table', async () => {
    const { url } = server().address();
    const limited = new URL(`${url}/postgres`);
    [limited.username, limited.password] = ['reader', 'secret'];
    const detail = await checkAsOtherUser(
      { type: 'postgres', url: `${url}/postgres`, migrations },
      ["CREATE ROLE reader LOGIN PASSWORD 'secret'"],
      { type: 'postgres', url: limited.href, migrations },
    );
    expect(detail).toMatchObject(MIGRATIONS_REFUSED);
  });

  it('is DEGRADED when it may not use the schema of the migrations table', async () => {
    const { url } = server().address();
    const limited = new URL(`${url}/postgres`);
    [limited.username, limited.password] = ['stranger', 'secret'];
    const owner = await new DataSource({ type: 'postgres', url: `${url}/postgres` }).initialize();
    await owner.query('CREATE SCHEMA hidden');
    await owner.destroy();
    const detail = await checkAsOtherUser(
      { type: 'postgres', url: `${url}/postgres`, schema: 'hidden', migrations },
      ["CREATE ROLE stranger LOGIN PASSWORD 'secret'"],
      { type: 'postgres', url: limited.href, schema: 'hidden', migrations },
    );
    expect(detail).toMatchObject(MIGRATIONS_REFUSED);
  });

  it('is UP when it may not read the replica lag, and DEGRADED when the lag has a limit', async () => {
    const { url } = server().address();
    const limited = new URL(`${url}/postgres`);
    [limited.username, limited.password] = ['follower', 'secret'];
    const owner = await new DataSource({ type: 'postgres', url: `${url}/postgres` }).initialize();
    await owner.query("CREATE ROLE follower LOGIN PASSWORD 'secret'");
    await owner.query('REVOKE EXECUTE ON FUNCTION pg_last_wal_receive_lsn() FROM PUBLIC');
    await owner.destroy();
    const replication = { master: { url: limited.href }, slaves: [{ url: limited.href }] };
    const application = await startApplication('express', {
      imports: [health, TypeOrmModule.forRoot({ type: 'postgres', replication })],
      providers: [
        TypeOrmIndicator('replica', { replica: true }),
        TypeOrmIndicator('limited', { replica: true, maxReplicaLag: 1000 }),
      ],
    });
    const { replica, limited: withLimit } = reportIn(await application.get('/health/deep')).details;
    expect(replica).toMatchObject({ status: 'UP', data: { note: 'reading the replica lag is not permitted' } });
    expect(withLimit).toMatchObject({
      status: 'DEGRADED',
      message: 'cannot check maxReplicaLag: the user is not permitted to read the replica lag',
    });
  });
});

describeWith(mariadb, 'a user without permissions', (server) => {
  it('is DEGRADED when it may not read the migrations table', async () => {
    const { url } = server().address();
    const limited = new URL(`${url}/application`);
    [limited.username, limited.password] = ['reader', 'secret'];
    const detail = await checkAsOtherUser(
      { type: 'mariadb', url: `${url}/application`, migrations },
      [
        "CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'secret'",
        'CREATE TABLE public_orders (id integer)',
        "GRANT SELECT ON application.public_orders TO reader@'127.0.0.1'",
      ],
      { type: 'mariadb', url: limited.href, migrations },
    );
    expect(detail).toMatchObject(MIGRATIONS_REFUSED);
  });
});
