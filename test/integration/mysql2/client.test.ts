import type { ModuleMetadata } from '@nestjs/common';
import { createConnection, createPool } from 'mysql2';
import { createConnection as createPromiseConnection, createPool as createPromisePool } from 'mysql2/promise';
import { HealthModule } from 'nest-vitals';
import { Mysql2Indicator, type Mysql2IndicatorOptions } from 'nest-vitals/mysql2';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { mariadb } from '../../support/servers/mariadb.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { refusalOf, startApplication } from '../../support/start-application.js';

const SOON = { timeout: 10_000, interval: 20 };

const root = (options: Mysql2IndicatorOptions): ModuleMetadata => ({
  imports: [HealthModule.forRoot({ deadline: 10_000, defaults: { ttl: 0 } })],
  providers: [Mysql2Indicator('database', options)],
});

describeWith(mariadb, 'the client of a Mysql2Indicator', (server) => {
  const uri = (): string => `${server().address().url}/application`;

  it('can be a pool or a connection, with callbacks or with promises', async () => {
    const pool = createPool(uri());
    const promisePool = createPromisePool(uri());
    const connection = createConnection(uri());
    const promiseConnection = await createPromiseConnection(uri());
    onTestFinished(async () => {
      await promisePool.end();
      await promiseConnection.end();
      await pool.promise().end();
      await connection.promise().end();
    });
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot()],
      providers: Object.entries({ pool, promisePool, connection, promiseConnection }).map(([name, client]) =>
        Mysql2Indicator(name, { client }),
      ),
    });
    const response = await application.get('/health/deep');
    expect(statusesIn(response)).toEqual({
      pool: 'UP',
      promisePool: 'UP',
      connection: 'UP',
      promiseConnection: 'UP',
    });
    const { details } = reportIn(response);
    expect(details['pool']?.data).toEqual(details['promisePool']?.data);
    expect(details['connection']).not.toHaveProperty('data');
  });

  it('closes the sockets of destroyed connections while the server is still frozen', async () => {
    const pool = createPromisePool({ uri: uri(), connectionLimit: 3 });
    onTestFinished(() => pool.end());
    onTestFinished(() => server().thaw());
    const application = await startApplication('express', root({ client: pool, timeout: 50 }));
    const taken = await Promise.all([1, 2, 3].map(() => pool.getConnection()));
    for (const connection of taken) connection.release();
    expect(openSockets(server().port)).toBe(3);

    server().freeze();
    for (let probes = 0; probes < 10; probes += 1) expect((await application.get('/health/ready')).status).toBe(503);
    // The socket of the single connection that the pool is opening.
    expect(openSockets(server().port)).toBeLessThanOrEqual(1);
    server().thaw();
    await vi.waitFor(async () => expect((await application.get('/health/ready')).status).toBe(200), SOON);
  });

  it('waits once for an exhausted pool, and is DEGRADED when more callers wait than maxWaiting', async () => {
    const pool = createPromisePool({ uri: uri(), connectionLimit: 1 });
    onTestFinished(() => pool.end());
    const application = await startApplication('express', root({ client: pool, timeout: 5000, maxWaiting: 1 }));
    const taken = await pool.getConnection();
    const work = [1, 2].map(() => pool.query('SELECT 1'));
    const check = vi.spyOn(pool.pool, 'getConnection');
    const response = application.get('/health/deep');
    await vi.waitFor(() => expect(check).toHaveBeenCalled(), SOON);
    taken.release();
    const { database } = reportIn(await response).details;
    await Promise.all(work);
    expect(database).toMatchObject({
      status: 'DEGRADED',
      message: '2 callers wait for a connection, more than 1',
      data: { pool_max: 1, pool_waiting: 2 },
    });
  });

  it('leaves no listener on the connections of its pool', async () => {
    const pool = createPromisePool({ uri: uri(), connectionLimit: 1 });
    onTestFinished(() => pool.end());
    const application = await startApplication('express', root({ client: pool }));
    const listeners = async (): Promise<number> => {
      const lent = await pool.getConnection();
      const count = lent.connection.listenerCount('error');
      lent.release();
      return count;
    };
    const before = await listeners();
    for (let probes = 0; probes < 20; probes += 1) expect((await application.get('/health/ready')).status).toBe(200);
    expect(await listeners()).toBe(before);
  });
});

describe('a Mysql2Indicator without a client', () => {
  it.each([
    ['none is provided', { client: 'MYSQL' }, 'no module provides its client under the token "MYSQL"'],
    [
      'it is something else',
      { client: new Map() as never },
      'its client is an object instead of a pool or a connection of mysql2',
    ],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain(`Mysql2Indicator("database"): ${problem}`);
  });
});
