import type { ModuleMetadata } from '@nestjs/common';
import { MongooseModule, type MongooseModuleOptions, getConnectionToken } from '@nestjs/mongoose';
import { type Connection, createConnection } from 'mongoose';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { MongooseIndicator, type MongooseIndicatorOptions } from 'nest-vitals/mongoose';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { freePort } from '../../support/servers/free-port.js';
import { mongodb } from '../../support/servers/mongodb.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });
const SOON = { timeout: 20_000, interval: 20 };

const detailOf = async (application: TestApplication, name = 'database'): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details[name];

describeWith(mongodb, 'a MongooseIndicator', (server) => {
  const uri = (database: string): string => `mongodb://127.0.0.1:${server().port}/${database}`;
  const module = (options: MongooseModuleOptions = {}): NonNullable<ModuleMetadata['imports']>[number] =>
    MongooseModule.forRoot(uri('orders'), { heartbeatFrequencyMS: 500, maxPoolSize: 3, ...options });

  it('finds the default connection of MongooseModule, a named one, a token, and the connection itself', async () => {
    const connection = await createConnection(uri('itself'), { maxPoolSize: 1 }).asPromise();
    onTestFinished(() => connection.close());
    const application = await startApplication('express', {
      imports: [health, module(), module({ connectionName: 'reports' })],
      providers: [
        MongooseIndicator('database'),
        MongooseIndicator('reports', { connection: 'reports' }),
        MongooseIndicator('token', { connection: getConnectionToken('reports') }),
        MongooseIndicator('itself', { connection }),
        MongooseIndicator('other', { connection: connection.useDb('other') }),
      ],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({
      database: 'UP',
      reports: 'UP',
      token: 'UP',
      itself: 'UP',
      other: 'UP',
    });
    expect((await detailOf(application))?.data).toEqual({
      server_role: 'standalone',
      pool_max: 3,
      pool_open: 1,
      pool_used: 0,
      pool_idle: 1,
      pool_waiting: 0,
    });
    // Each of the three connections has one connection of its pool, and one for the monitoring of the driver.
    expect(openSockets(server().port)).toBe(6);
  });

  it('is DOWN with the reason when the server is killed, UP after its restart, and DOWN after the connection was closed', async () => {
    const application = await startApplication('express', {
      imports: [health, module()],
      providers: [MongooseIndicator('database')],
    });
    expect(await detailOf(application)).toMatchObject({ status: 'UP' });
    await server().kill();
    await vi.waitFor(
      async () => expect(await detailOf(application)).toMatchObject({ status: 'DOWN', error: 'connection refused' }),
      SOON,
    );
    await server().restart();
    await vi.waitFor(async () => expect(await detailOf(application)).toMatchObject({ status: 'UP' }), SOON);

    await application.app.get<Connection>(getConnectionToken()).close();
    expect(await detailOf(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is closed',
      code: 'ENOTCONN',
    });
    expect(openSockets(server().port)).toBe(0);
  });
});

describe('a MongooseIndicator', () => {
  it('is DOWN with the reason at once while Mongoose connects for the first time', async () => {
    const application = await startApplication('express', {
      imports: [
        health,
        MongooseModule.forRoot(`mongodb://127.0.0.1:${await freePort()}/orders`, {
          lazyConnection: true,
          // Mongoose closes a connection only when this attempt has ended.
          serverSelectionTimeoutMS: 2000,
          connectionFactory: (connection: Connection) => {
            // Without a listener, the failed attempt to connect ends the process.
            connection.asPromise().catch(() => undefined);
            return connection;
          },
        }),
      ],
      providers: [MongooseIndicator('database')],
    });
    expect(await detailOf(application)).toMatchObject({ status: 'DOWN', error: 'connection refused' });
  });

  it('is DOWN, not connected, while the connection has no client', async () => {
    const application = await startApplication('express', {
      imports: [health],
      providers: [MongooseIndicator('database', { connection: createConnection() })],
    });
    expect(await detailOf(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is disconnected',
      code: 'ENOTCONN',
    });
  });

  it.each([
    ['there is no connection', {}, 'no module provides its client under the token "DatabaseConnection"'],
    [
      'no connection has the name',
      { connection: 'reports' },
      'under the token "reportsConnection" or the token "reports"',
    ],
    ['it is something else', { connection: new Map() as never }, 'instead of a Connection of mongoose'],
  ] satisfies [string, MongooseIndicatorOptions, string][])(
    'stops the boot when %s',
    async (_when, options, problem) => {
      const { error } = await refusalOf('express', {
        imports: [health],
        providers: [MongooseIndicator('database', options)],
      });
      expect(String(error)).toContain('MongooseIndicator("database")');
      expect(String(error)).toContain(problem);
    },
  );
});
