import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { HealthModule } from 'nest-vitals';
import { TypeOrmIndicator } from 'nest-vitals/typeorm';
import { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { refusalOf, startApplication } from '../../support/start-application.js';

const embedded = (name?: string): ReturnType<typeof TypeOrmModule.forRoot> =>
  TypeOrmModule.forRoot({ type: 'sqljs', ...(name !== undefined && { name }) });

const health = HealthModule.forRoot({ defaults: { ttl: 0 } });

describe('the data source of a TypeOrmIndicator', () => {
  it('is the default one, or the one with the given name, the given token, or the given instance', async () => {
    const reports = await new DataSource({ type: 'sqljs' }).initialize();
    const REPORTS = Symbol('reports');
    const application = await startApplication('express', {
      imports: [
        health,
        embedded(),
        embedded('orders'),
        moduleNamed('ReportsModule', { providers: [{ provide: REPORTS, useValue: reports }] }),
      ],
      providers: [
        TypeOrmIndicator('by_default'),
        TypeOrmIndicator('by_class', { dataSource: DataSource }),
        TypeOrmIndicator('by_name', { dataSource: 'orders' }),
        TypeOrmIndicator('by_token', { dataSource: getDataSourceToken('orders') }),
        TypeOrmIndicator('by_symbol', { dataSource: REPORTS }),
        TypeOrmIndicator('by_itself', { dataSource: reports }),
      ],
    });
    const names = ['by_default', 'by_class', 'by_name', 'by_token', 'by_symbol', 'by_itself'];
    const statuses = async (): Promise<unknown> => {
      const found = statusesIn(await application.get('/health/ready'));
      return names.map((name) => found[name]);
    };

    expect(await statuses()).toEqual(['UP', 'UP', 'UP', 'UP', 'UP', 'UP']);
    await application.app.get(DataSource).destroy();
    expect(await statuses()).toEqual(['DOWN', 'DOWN', 'UP', 'UP', 'UP', 'UP']);
    await application.app.get<DataSource>(getDataSourceToken('orders')).destroy();
    expect(await statuses()).toEqual(['DOWN', 'DOWN', 'DOWN', 'DOWN', 'UP', 'UP']);
    await reports.destroy();
    expect(await statuses()).toEqual(['DOWN', 'DOWN', 'DOWN', 'DOWN', 'DOWN', 'DOWN']);
    const { by_default } = reportIn(await application.get('/health/deep')).details;
    expect(by_default?.error).toBe('the data source is not initialised');
  });

  it('reports no counts without a pool', async () => {
    const application = await startApplication('express', {
      imports: [health, embedded()],
      providers: [TypeOrmIndicator('database')],
    });
    const { database } = reportIn(await application.get('/health/deep')).details;
    expect(database).toMatchObject({ status: 'UP' });
    expect(database).not.toHaveProperty('data');
  });

  it.each([
    ['by default', {}, 'no module provides its client under the class DataSource'],
    [
      'by name',
      { dataSource: 'orders' },
      'no module provides its client under the token "ordersDataSource" or the token "orders"',
    ],
    [
      'that is something else',
      { dataSource: new Map() as unknown as DataSource },
      'its client is an object instead of a DataSource of typeorm',
    ],
  ])('stops the boot with a remedy when it cannot be found %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [TypeOrmIndicator('database', options)],
    });
    expect(String(error)).toContain(`TypeOrmIndicator("database"): ${problem}`);
    expect(String(error)).toContain('import TypeOrmModule.forRoot()');
  });

  it('may be missing while the indicator is disabled', async () => {
    const application = await startApplication('express', {
      imports: [health],
      providers: [TypeOrmIndicator('database', { enabled: false })],
    });
    expect(statusesIn(await application.get('/health/deep'))).toEqual({ database: 'SKIPPED' });
  });

  it('must have replicas with the option replica', async () => {
    const { error } = await refusalOf('express', {
      imports: [health, embedded()],
      providers: [TypeOrmIndicator('database', { replica: true })],
    });
    expect(String(error)).toContain('TypeOrmIndicator("database"), replica: its data source has no replicas');
  });

  it('must be a replica with the option maxReplicaLag', async () => {
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [TypeOrmIndicator('database', { maxReplicaLag: '5s' })],
    });
    expect(String(error)).toContain('TypeOrmIndicator("database"), maxReplicaLag: its value is "5s"');
    expect(String(error)).toContain('use a time, with replica: true');
  });

  it('can be used by a subclass of the indicator', async () => {
    class DatabaseHealth extends TypeOrmIndicator('database') {}
    const application = await startApplication('express', {
      imports: [health, embedded()],
      providers: [DatabaseHealth],
    });
    expect(statusesIn(await application.get('/health/deep'))).toEqual({ database: 'UP' });
  });
});
