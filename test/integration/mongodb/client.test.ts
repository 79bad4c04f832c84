import type { ModuleMetadata } from '@nestjs/common';
import { MongoClient, type MongoClientOptions, MongoServerError } from 'mongodb';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { MongoDbIndicator, type MongoDbIndicatorOptions } from 'nest-vitals/mongodb';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { mongodb, mongodbMember } from '../../support/servers/mongodb.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });
const SOON = { timeout: 20_000, interval: 20 };

const root = (options: MongoDbIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [MongoDbIndicator('mongo', options)],
});

const start = (options: MongoDbIndicatorOptions): Promise<TestApplication> =>
  startApplication('express', root(options));

const mongoIn = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['mongo'];

const open = (server: PrivateServer, options: MongoClientOptions = {}): MongoClient => {
  const { host, port } = server.address();
  const client = new MongoClient(`mongodb://${host}:${port}`, { heartbeatFrequencyMS: 500, ...options });
  onTestFinished(() => {
    server.thaw();
    return client.close();
  });
  return client;
};

describeWith(mongodb, 'the client of a MongoDbIndicator', (server) => {
  it('is found as a MongoClient or as a Db, and shared by all indicators', async () => {
    const client = open(server());
    const db = client.db('orders');
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        { provide: MongoClient, useValue: client },
        { provide: 'DATABASE', useValue: db },
        MongoDbIndicator('client', { client: MongoClient }),
        MongoDbIndicator('database', { client: 'DATABASE' }),
        MongoDbIndicator('itself', { client: db }),
      ],
    });
    const commands: string[] = [];
    const original = client.db.bind(client);
    vi.spyOn(client, 'db').mockImplementation((name) => {
      commands.push(name ?? '');
      return original(name);
    });
    expect((await application.get('/health/ready')).status).toBe(200);
    expect(commands).toEqual(['admin']);
    // A connection of the pool, and one for the monitoring of the driver.
    expect(openSockets(server().port)).toBe(2);
  });

  it('is DOWN with the last failure of the driver at once, while no server can respond', async () => {
    const client = open(server(), { heartbeatFrequencyMS: 60_000 });
    const application = await start({ client });
    expect(await mongoIn(application)).toMatchObject({ status: 'UP' });
    await server().kill();
    onTestFinished(() => server().restart());
    await vi.waitFor(
      async () => expect(await mongoIn(application)).toMatchObject({ status: 'DOWN', error: 'connection refused' }),
      SOON,
    );
  });

  it('is DOWN after the client was closed, and does not open it again', async () => {
    const client = open(server());
    const application = await start({ client });
    expect(await mongoIn(application)).toMatchObject({ status: 'UP' });
    await client.close();
    expect(await mongoIn(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is closed',
      code: 'ENOTCONN',
    });
    expect(openSockets(server().port)).toBe(0);
  });

  it('cancels the command after the timeout, and reports the pool', async () => {
    const client = open(server(), { maxPoolSize: 1 });
    const application = await start({ client, timeout: 200, maxWaiting: 0 });
    expect(await mongoIn(application)).toMatchObject({ status: 'UP', data: { pool_open: 1, pool_idle: 1 } });
    const closed = vi.fn<() => void>();
    client.on('connectionClosed', closed);
    server().freeze();
    expect(await mongoIn(application)).toMatchObject({
      status: 'DOWN',
      code: 'ETIMEDOUT',
      data: { pool_max: 1, pool_used: 1, pool_idle: 0, pool_waiting: 0 },
    });
    await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(1), SOON);
    const work = Promise.all([1, 2].map(() => client.db('orders').command({ ping: 1 })));
    for (let checks = 0; checks < 3; checks += 1) await mongoIn(application);
    // A connection is opening for one of the two callers. The other caller and the check wait. Checks that have timed
    // out do not count.
    expect(await mongoIn(application)).toMatchObject({ code: 'ETIMEDOUT', data: { pool_open: 0, pool_waiting: 2 } });
    server().thaw();
    await work;
    await vi.waitFor(async () => expect(await mongoIn(application)).toMatchObject({ status: 'UP' }), SOON);
  });

  it('is DEGRADED when more callers wait for a connection than maxWaiting', async () => {
    const client = open(server(), { maxPoolSize: 1 });
    const application = await start({ client, maxWaiting: 1 });
    await client.db('orders').command({ ping: 1 });
    server().freeze();
    const work = Promise.all([1, 2, 3].map(() => client.db('orders').command({ ping: 1 })));
    const probe = mongoIn(application);
    // The probe counts the callers before the server responds.
    await vi.waitFor(() => expect(client.listenerCount('serverHeartbeatFailed')).toBeGreaterThan(0), SOON);
    server().thaw();
    expect(await probe).toMatchObject({
      status: 'DEGRADED',
      message: '2 callers wait for a connection, more than 1',
      data: { pool_max: 1 },
    });
    await work;
  });
});

describeWith(mongodbMember, 'a MongoDbIndicator of a replica set', (server) => {
  it('follows the role of its members', async () => {
    const client = open(server(), { replicaSet: 'rs0' });
    const { host, port } = server().address();
    const admin = new MongoClient(`mongodb://${host}:${port}`, { directConnection: true });
    onTestFinished(() => admin.close());
    const become = (state: string): Promise<unknown> => admin.db('admin').command({ become: state });
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        MongoDbIndicator('mongo', { client }),
        MongoDbIndicator('reader', { client, noPrimary: 'degraded' }),
        MongoDbIndicator('direct', { client: admin, noPrimary: 'degraded' }),
      ],
    });
    const becomes = (expected: object): Promise<void> =>
      vi.waitFor(
        async () => expect(reportIn(await application.get('/health/deep')).details).toMatchObject(expected),
        SOON,
      );
    await becomes({
      mongo: { status: 'UP', data: { server_role: 'primary', replica_set: 'rs0', pool_open: 1 } },
      direct: { status: 'UP', data: { server_role: 'primary' } },
    });

    await admin.db('admin').command({ replSetStepDown: 60 });
    const problem = 'there is no primary: a secondary has responded';
    const data = { server_role: 'secondary', replica_set: 'rs0' };
    await becomes({
      mongo: { status: 'DOWN', error: problem, data },
      reader: { status: 'DEGRADED', message: problem, data },
      direct: { status: 'DEGRADED', message: problem },
    });

    await become('recovering');
    await becomes({
      mongo: { status: 'DOWN', error: 'no server is a primary or a secondary', code: 'NO_SERVER' },
      direct: { status: 'DOWN', error: 'the server is neither a primary nor a secondary' },
    });

    await become('primary');
    await becomes({ mongo: { status: 'UP' }, reader: { status: 'UP' }, direct: { status: 'UP' } });
  });
});

describe('a MongoDbIndicator', () => {
  const testDouble = (command: () => Promise<Record<string, unknown>>): MongoDbIndicatorOptions['client'] =>
    ({
      db: () => ({ command }),
      connect: () => Promise.resolve(),
      startSession: () => ({}),
      on: () => undefined,
      off: () => undefined,
    }) as MongoDbIndicatorOptions['client'];

  it('is UP behind a mongos, whose pool cannot be counted', async () => {
    const client = testDouble(() => Promise.resolve({ isWritablePrimary: true, msg: 'isdbgrid' }));
    const detail = await mongoIn(await start({ client, maxWaiting: 0 }));
    expect(detail).toMatchObject({ status: 'UP' });
    expect(detail?.data).toEqual({ server_role: 'mongos' });
  });

  it.each([
    [{ code: 18, codeName: 'AuthenticationFailed' }, 'the server refused the credentials', 'AuthenticationFailed'],
    [{ code: 323, codeName: 'APIStrictError' }, 'the server refused the request', 'APIStrictError'],
  ])('is DOWN with the reason when the server refuses: %o', async (response, error, code) => {
    const refusal = new MongoServerError({ errmsg: 'mongodb://admin:secret@db', ...response });
    const application = await start({ client: testDouble(() => Promise.reject(refusal)) });
    expect(await mongoIn(application)).toMatchObject({ status: 'DOWN', error, code });
  });

  it.each([
    ['without a client', {} as MongoDbIndicatorOptions, 'it is missing'],
    [
      'with a client of another kind',
      { client: { db: 1 } } as unknown as MongoDbIndicatorOptions,
      'instead of a MongoClient or a Db of mongodb',
    ],
    [
      'with an unknown status',
      { client: testDouble(() => Promise.resolve({})), noPrimary: 'up' as 'down' },
      'use "degraded" or "down"',
    ],
  ])('stops the boot %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('MongoDbIndicator("mongo")');
    expect(String(error)).toContain(problem);
  });
});
