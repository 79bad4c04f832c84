import type { ModuleMetadata } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { SequelizeIndicator, type SequelizeIndicatorOptions } from 'nest-vitals/sequelize';
import { type Options, Sequelize } from 'sequelize';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { mariadb } from '../../support/servers/mariadb.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

const SOON = { timeout: 10_000, interval: 20 };
const health = HealthModule.forRoot({ deadline: 10_000, defaults: { ttl: 0 } });

const root = (options: SequelizeIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [SequelizeIndicator('database', options)],
});

function sequelizeOf(url: string, options: Options = {}): Sequelize {
  const sequelize = new Sequelize(url, { logging: false, pool: { max: 1 }, ...options });
  onTestFinished(() => sequelize.close());
  return sequelize;
}

const detailIn = async (application: TestApplication) =>
  reportIn(await application.get('/health/deep')).details['database'];

/** A connection that the application itself uses. */
async function borrow(sequelize: Sequelize) {
  const connection = (await sequelize.connectionManager.getConnection({ type: 'write' })) as NodeJS.EventEmitter;
  return {
    listeners: connection.eventNames().reduce((sum, event) => sum + connection.listenerCount(event), 0),
    giveBack: () => sequelize.connectionManager.releaseConnection(connection),
  };
}

describeWith(postgresql, 'the client of a SequelizeIndicator', (server) => {
  const url = (): string => `${server().address().url}/postgres`;

  it('can be passed itself, or be found by its class in any module', async () => {
    const sequelize = sequelizeOf(url(), { pool: { max: 2 } });
    const database = moduleNamed('DatabaseModule', { providers: [{ provide: Sequelize, useValue: sequelize }] });
    const application = await startApplication('express', {
      imports: [health, database],
      providers: [
        SequelizeIndicator('by_itself', { client: sequelize }),
        SequelizeIndicator('by_class', { client: Sequelize }),
      ],
    });
    const response = await application.get('/health/deep');
    expect(statusesIn(response)).toEqual({ by_itself: 'UP', by_class: 'UP' });
    expect(reportIn(response).details['by_class']?.data).toMatchObject({ pool_max: 2, pool_open: 1 });
  });

  it('stays unchanged: no listener on its connections, nothing in its log, no hook called', async () => {
    const logging = vi.fn<() => void>();
    const sequelize = sequelizeOf(url(), { logging });
    await sequelize.authenticate();
    const hook = vi.fn<() => void>();
    sequelize.addHook('beforeQuery', hook);
    logging.mockClear();
    const before = await borrow(sequelize);
    before.giveBack();
    const application = await startApplication('express', root({ client: sequelize }));
    for (let probes = 0; probes < 20; probes += 1) expect((await application.get('/health/ready')).status).toBe(200);
    const after = await borrow(sequelize);
    after.giveBack();
    expect(after.listeners).toBe(before.listeners);
    expect(logging).not.toHaveBeenCalled();
    expect(hook).not.toHaveBeenCalled();
  });

  it('can have an exhausted pool, in which at most one check waits', async () => {
    const sequelize = sequelizeOf(url());
    const application = await startApplication('express', root({ client: sequelize, timeout: 50, maxWaiting: 0 }));
    const taken = await borrow(sequelize);
    for (let probes = 0; probes < 10; probes += 1) {
      expect(await detailIn(application)).toMatchObject({
        status: 'DOWN',
        code: 'ETIMEDOUT',
        consecutive_failures: probes + 1,
        data: { pool_max: 1, pool_used: 1, pool_waiting: 1 },
      });
    }
    taken.giveBack();
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
    expect(await detailIn(application)).toMatchObject({ data: { pool_open: 1, pool_idle: 1, pool_waiting: 0 } });
  });

  it('is DEGRADED when more callers wait for the pool than maxWaiting', async () => {
    const sequelize = sequelizeOf(url());
    const application = await startApplication('express', root({ client: sequelize, timeout: 10_000, maxWaiting: 1 }));
    const taken = await borrow(sequelize);
    const requested = vi.spyOn(sequelize.connectionManager, 'getConnection');
    const work = [1, 2].map(() => sequelize.query('SELECT 1'));
    await vi.waitFor(() => expect(requested).toHaveBeenCalledTimes(2), SOON);
    const response = detailIn(application);
    // The check counts the waiting callers before it requests a connection itself.
    await vi.waitFor(() => expect(requested).toHaveBeenCalledTimes(3), SOON);
    taken.giveBack();
    await Promise.all(work);
    expect(await response).toMatchObject({
      status: 'DEGRADED',
      message: '2 callers wait for a connection, more than 1',
      data: { pool_max: 1, pool_waiting: 2 },
    });
  });

  it('is DOWN for a pool whose request times out, and for a pool that was closed', async () => {
    const sequelize = sequelizeOf(url(), { pool: { max: 1, acquire: 300 } });
    const application = await startApplication('express', root({ client: sequelize, timeout: 10_000 }));
    // The very first connection may also time out.
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
    const taken = await borrow(sequelize);
    expect(await detailIn(application)).toMatchObject({ status: 'DOWN', error: 'timed out', code: 'ETIMEDOUT' });
    taken.giveBack();
    await sequelize.close();
    expect(await detailIn(application)).toMatchObject({ status: 'DOWN', error: 'the Sequelize is closed' });
  });

  it('is DOWN with the code of the server when the password is wrong', async () => {
    const wrong = url().replace(server().address().password, 'secret-that-is-wrong');
    const application = await startApplication('express', root({ client: sequelizeOf(wrong) }));
    const response = await application.get('/health/deep');
    expect(reportIn(response).details['database']).toMatchObject({ status: 'DOWN', code: '28P01' });
    expect(response.text + application.log.text).not.toContain('secret-that-is-wrong');
  });

  it('can have replicas, and the check uses the primary', async () => {
    const { host, port, user, password } = server().address();
    const place = { host, port: `${port}`, username: user, password };
    const sequelize = new Sequelize('postgres', '', '', {
      dialect: 'postgres',
      logging: false,
      pool: { max: 2 },
      replication: { write: place, read: [{ ...place, port: '1' }] },
    });
    onTestFinished(() => sequelize.close());
    const application = await startApplication('express', root({ client: sequelize }));
    expect(await detailIn(application)).toMatchObject({ status: 'UP', data: { pool_max: 2, pool_open: 1 } });
  });
});

describeWith(mariadb, 'a SequelizeIndicator with the dialect mysql', (server) => {
  it('is UP, and destroys a connection that times out, without waiting for the server', async () => {
    const { host, port, user, password } = server().address();
    const sequelize = new Sequelize('application', user, password, {
      dialect: 'mysql',
      host,
      port,
      logging: false,
      pool: { max: 2 },
    });
    onTestFinished(() => sequelize.close());
    onTestFinished(() => server().thaw());
    const application = await startApplication('express', root({ client: sequelize, timeout: 300 }));
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
    expect(openSockets(port)).toBe(1);
    server().freeze();
    const hasResponded = async (): Promise<void> => {
      expect((await application.get('/health/ready')).status).toBe(503);
    };
    await vi.waitFor(hasResponded, SOON);
    for (let probes = 0; probes < 5; probes += 1) await hasResponded();
    // The socket of the single connection that the pool may be opening.
    expect(openSockets(port)).toBeLessThanOrEqual(1);
    server().thaw();
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
    expect(await sequelize.query('SELECT 1 AS one', { plain: true })).toEqual({ one: 1 });
  });
});

describe('a SequelizeIndicator of another dialect', () => {
  it('calls authenticate() without logging, and reports no counts if the pool has none', async () => {
    const authenticate = vi.fn<() => Promise<void>>().mockResolvedValue();
    const client = { getDialect: () => 'sqlite', authenticate };
    const application = await startApplication('express', root({ client }));
    const detail = await detailIn(application);
    expect(detail).toMatchObject({ status: 'UP' });
    expect(detail).not.toHaveProperty('data');
    expect(authenticate).toHaveBeenCalledWith({ logging: false });
    authenticate.mockRejectedValue(Object.assign(new Error('no'), { parent: { code: 'SQLITE_CANTOPEN' } }));
    expect(await detailIn(application)).toMatchObject({ status: 'DOWN', code: 'SQLITE_CANTOPEN' });
  });
});

describe('a SequelizeIndicator without a client', () => {
  it.each([
    ['none is named', {} as SequelizeIndicatorOptions, ', client: it is missing'],
    ['none is provided', { client: Sequelize }, 'no module provides its client under the class Sequelize'],
    ['it is something else', { client: new Map() as never }, 'its client is an object instead of a Sequelize'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('SequelizeIndicator("database")');
    expect(String(error)).toContain(problem);
  });
});
