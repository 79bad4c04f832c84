import { TypeOrmModule } from '@nestjs/typeorm';
import { HealthModule } from 'nest-vitals';
import { TypeOrmIndicator } from 'nest-vitals/typeorm';
import { DataSource } from 'typeorm';
import { afterEach, expect, it, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith, useServer } from '../../support/servers/describe-with.js';
import { postgresqlStandby } from '../../support/servers/postgresql-standby.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';

const PATIENCE = 300_000;
const SOON = { timeout: 10_000, interval: 20 };

describeWith(postgresql, 'a replica', (primary) => {
  const standby = useServer(() => postgresqlStandby(primary().address()));
  afterEach(async () => {
    primary().thaw();
    standby().thaw();
    if (!standby().isRunning) await standby().restart();
  }, PATIENCE);

  const start = async (): Promise<TestApplication> => {
    const { url, user, password } = primary().address();
    const replica = `postgres://${user}:${password}@127.0.0.1:${standby().port}/postgres`;
    const application = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ defaults: { ttl: 0 } }),
        TypeOrmModule.forRoot({
          type: 'postgres',
          poolSize: 3,
          replication: { master: { url: `${url}/postgres` }, slaves: [{ url: replica }] },
        }),
      ],
      providers: [
        TypeOrmIndicator('primary'),
        TypeOrmIndicator('replica', { replica: true, maxReplicaLag: 1000, critical: false }),
      ],
    });
    await becomes(application, { primary: 'UP', replica: 'UP' });
    return application;
  };

  it('is checked separately from the primary, and reports its lag', async () => {
    const application = await start();
    const { details } = reportIn(await application.get('/health/deep'));
    expect(details['replica']?.data).toEqual({
      pool_max: 3,
      pool_open: 1,
      pool_used: 0,
      pool_idle: 1,
      pool_waiting: 0,
      replica_lag_seconds: 0,
    });
    expect(details['primary']?.data).not.toHaveProperty('replica_lag_seconds');
  });

  it(
    'is DOWN alone when it is killed, and UP after its restart',
    async () => {
      const application = await start();
      await standby().kill();
      await becomes(application, { primary: 'UP', replica: 'DOWN' });
      expect((await application.get('/health/ready')).status).toBe(200);
      await standby().restart();
      await becomes(application, { primary: 'UP', replica: 'UP' });
    },
    PATIENCE,
  );

  it('is UP alone while the primary is frozen', async () => {
    const application = await start();
    primary().freeze();
    await becomes(application, { primary: 'DOWN', replica: 'UP' });
    expect((await application.get('/health/ready')).status).toBe(503);
    primary().thaw();
    await becomes(application, { primary: 'UP', replica: 'UP' });
  });

  it('is DEGRADED when it is further behind than maxReplicaLag', async () => {
    const application = await start();
    const dataSource = application.app.get(DataSource);
    const { user, password } = primary().address();
    const url = `postgres://${user}:${password}@127.0.0.1:${standby().port}/postgres`;
    const follower = await new DataSource({ type: 'postgres', url }).initialize();

    await dataSource.query('CREATE TABLE IF NOT EXISTS writings (number integer)');
    await vi.waitFor(() => follower.query('SELECT * FROM writings'), SOON);
    await follower.query('SELECT pg_wal_replay_pause()');
    await dataSource.query('INSERT INTO writings VALUES (1)');
    await becomes(application, { primary: 'UP', replica: 'DEGRADED' });
    const { replica } = reportIn(await application.get('/health/deep')).details;
    expect(replica?.message).toMatch(/^the replica is \d+(\.\d+)? s behind, more than 1 s$/);
    expect(replica?.data?.['replica_lag_seconds']).toBeGreaterThan(1);

    await follower.query('SELECT pg_wal_replay_resume()');
    await becomes(application, { primary: 'UP', replica: 'UP' });
    await follower.destroy();
  });
});

async function becomes(application: TestApplication, expected: Readonly<Record<string, string>>): Promise<void> {
  await vi.waitFor(async () => {
    const { details } = reportIn(await application.get('/health/deep'));
    expect(Object.fromEntries(Object.entries(details).map(([name, { status }]) => [name, status]))).toEqual(expected);
  }, SOON);
}
