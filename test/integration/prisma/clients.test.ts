import { PrismaPg } from '@prisma/adapter-pg';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { type PrismaClientLike, PrismaIndicator, type PrismaIndicatorOptions } from 'nest-vitals/prisma';
import { Pool, type PoolConfig } from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { PrismaClient } from '../../support/prisma/generated/client.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { startFaultProxy } from '../../support/servers/fault-proxy.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

const SOON = { timeout: 20_000, interval: 20 };
const health = HealthModule.forRoot({ deadline: 10_000, defaults: { ttl: 0, timeout: 5000 } });

function clientWithPool(config: PoolConfig): { readonly client: PrismaClient; readonly pool: Pool } {
  const pool = new Pool(config);
  onTestFinished(() => pool.end());
  return { pool, client: new PrismaClient({ adapter: new PrismaPg(pool) }) };
}

/** Its adapter creates the pool, which Prisma keeps private. */
function clientWithPrivatePool(config: PoolConfig): PrismaClient {
  const client = new PrismaClient({ adapter: new PrismaPg(config) });
  onTestFinished(() => client.$disconnect());
  return client;
}

const start = (client: PrismaClientLike, options: Partial<PrismaIndicatorOptions> = {}): Promise<TestApplication> =>
  startApplication('express', { imports: [health], providers: [PrismaIndicator('database', { client, ...options })] });

async function detailIn(application: TestApplication): Promise<HealthCheckDetail | undefined> {
  return reportIn(await application.get('/health/deep')).details['database'];
}

describeWith(postgresql, 'the client of a PrismaIndicator', (server) => {
  const config = (): PoolConfig => ({ connectionString: `${server().address().url}/postgres`, max: 3 });

  it('is the one of the given class or token, or the given client itself', async () => {
    class PrismaService extends PrismaClient {
      constructor() {
        super({ adapter: new PrismaPg(config()) });
      }
      onApplicationShutdown(): Promise<void> {
        return this.$disconnect();
      }
    }
    const { client } = clientWithPool(config());
    const extended = client.$extends({ query: { $allOperations: ({ args, query }) => query(args) } });
    const application = await startApplication('express', {
      imports: [health, moduleNamed('DatabaseModule', { providers: [PrismaService] })],
      providers: [
        { provide: 'REPORTS', useValue: extended },
        PrismaIndicator('by_class', { client: PrismaService }),
        PrismaIndicator('by_token', { client: 'REPORTS' }),
        PrismaIndicator('by_itself', { client }),
      ],
    });
    const { details } = reportIn(await application.get('/health/deep'));
    const pool = { pool_max: 3, pool_open: 1, pool_used: 0, pool_idle: 1, pool_waiting: 0 };
    expect(details).toMatchObject({
      by_class: { status: 'UP' },
      by_token: { status: 'UP', data: pool },
      by_itself: { status: 'UP', data: pool },
    });
    expect(details['by_class']).not.toHaveProperty('data');
  });

  it('lends one connection for all simultaneous checks, and is DEGRADED when too many callers wait', async () => {
    const { client, pool } = clientWithPool(config());
    const application = await startApplication('express', {
      imports: [health],
      providers: ['database', 'orders', 'stock'].map((name) => PrismaIndicator(name, { client, maxWaiting: 1 })),
    });
    const taken = await Promise.all([1, 2, 3].map(async () => pool.connect()));
    const work = [1, 2].map(async () => client.$queryRaw`SELECT 1`);
    await vi.waitFor(() => expect(pool.waitingCount).toBe(2), SOON);

    const acquired = vi.fn<() => void>();
    pool.on('acquire', acquired);
    const response = application.get('/health/deep');
    await vi.waitFor(() => expect(pool.waitingCount).toBe(3), SOON);
    for (const connection of taken) connection.release();
    const { details } = reportIn(await response);
    await Promise.all(work);
    expect(acquired).toHaveBeenCalledTimes(3);
    // A check also counts the ping of another one.
    for (const { status, message } of Object.values(details)) {
      expect(status).toBe('DEGRADED');
      expect(message).toMatch(/^[23] callers wait for a connection, more than 1$/);
    }
  });

  it('is DOWN with the code of the server when the password is wrong', async () => {
    const { url, password } = server().address();
    const connectionString = `${url.replace(password, 'secret-that-is-wrong')}/postgres`;
    for (const client of [clientWithPool({ connectionString }).client, clientWithPrivatePool({ connectionString })]) {
      const application = await start(client);
      const response = await application.get('/health/deep');
      expect(reportIn(response).details['database']).toMatchObject({ status: 'DOWN', code: '28P01' });
      expect(response.text + application.log.text).not.toContain('secret-that-is-wrong');
    }
  });

  it('may keep its pool private, so that a check uses $queryRaw and reports no pool', async () => {
    const application = await start(clientWithPrivatePool(config()), { timeout: 300 });
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
    server().freeze();
    await vi.waitFor(
      async () => expect(await detailIn(application)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' }),
      SOON,
    );
    server().thaw();
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
    await server().kill();
    await vi.waitFor(
      async () => expect(await detailIn(application)).toMatchObject({ status: 'DOWN', error: 'connection refused' }),
      SOON,
    );
    await server().restart();
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
  });

  it('recovers from a silent connection of a private pool by its query_timeout', async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const { url } = server().address(proxy.port);
    const client = clientWithPrivatePool({ connectionString: `${url}/postgres`, max: 1, query_timeout: 500 });
    const application = await start(client);
    expect(await detailIn(application)).toMatchObject({ status: 'UP' });
    proxy.silence();
    expect(await detailIn(application)).toMatchObject({ status: 'DOWN', error: 'timed out', code: 'ETIMEDOUT' });
    await vi.waitFor(async () => expect(await detailIn(application)).toMatchObject({ status: 'UP' }), SOON);
  });

  it('has a listener for broken idle connections before the check opens the first connection', async () => {
    const { client, pool } = clientWithPool(config());
    const application = await start(client);
    expect(pool.listenerCount('error')).toBe(0);
    expect(await detailIn(application)).toMatchObject({ status: 'UP', data: { pool_idle: 1 } });
    // One listener belongs to Prisma. The check adds none, however often it runs.
    expect(await detailIn(application)).toMatchObject({ status: 'UP' });
    expect(pool.listenerCount('error')).toBe(1);
    await server().kill();
    await vi.waitFor(() => expect(pool.totalCount).toBe(0), SOON);
    await server().restart();
  });

  it('refuses maxWaiting with a private pool', async () => {
    const client = clientWithPrivatePool(config());
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [PrismaIndicator('database', { client, maxWaiting: 3 })],
    });
    expect(String(error)).toContain(
      'PrismaIndicator("database"), maxWaiting: the driver adapter of its PrismaClient has no pool of pg that the check can count',
    );
    expect(String(error)).toContain('new PrismaPg(new Pool(');
  });
});

/** An error of Prisma for a failed raw query, as the client of version 7 throws it. */
const rawFailure = (cause: object): Error =>
  Object.assign(new Error('Raw query failed'), { code: 'P2010', meta: { driverAdapterError: { cause } } });

describe('a PrismaClient of another database or version', () => {
  const failing = (error: Error): PrismaClientLike => ({
    $queryRaw: async () => {
      throw error;
    },
  });

  it.each([
    ['a refused connection', rawFailure({ kind: 'DatabaseNotReachable', host: '::1', port: 1 }), 'connection refused'],
    ['an unknown host', rawFailure({ kind: 'DatabaseNotReachable', host: 'orders' }), 'host not found'],
    ['a lost connection', rawFailure({ kind: 'ConnectionClosed' }), 'connection reset'],
    ['a slow socket', rawFailure({ kind: 'SocketTimeout' }), 'timed out'],
    [
      'a server out of reach',
      Object.assign(new Error('x'), { errorCode: 'P1001' }),
      'cannot reach the database server',
    ],
    ['a full pool', Object.assign(new Error('x'), { code: 'P2024' }), 'timed out'],
    ['a closed connection', Object.assign(new Error('x'), { code: 'P1017' }), 'connection reset'],
    ['an unknown failure', new Error('postgres://user:secret@host'), 'check failed'],
  ])('is DOWN with the reason for %s', async (_what, error, expected) => {
    expect(await detailIn(await start(failing(error)))).toMatchObject({ status: 'DOWN', error: expected });
  });

  it('is pinged by $runCommandRaw when its database is a MongoDB', async () => {
    const $runCommandRaw = vi.fn<(command: object) => Promise<unknown>>().mockResolvedValue({ ok: 1 });
    // The client has this method for every database.
    const $queryRaw = vi.fn<() => Promise<unknown>>().mockRejectedValue(new Error('use $runCommandRaw'));
    const client = { _activeProvider: 'mongodb', $runCommandRaw, $queryRaw };
    expect(await detailIn(await start(client))).toMatchObject({ status: 'UP' });
    expect($runCommandRaw.mock.calls).toEqual([[{ ping: 1 }]]);
    expect($queryRaw).not.toHaveBeenCalled();

    $runCommandRaw.mockRejectedValue(Object.assign(new Error('x'), { code: 'P1001' }));
    const broken = await start(client);
    expect(await detailIn(broken)).toMatchObject({ status: 'DOWN', error: 'cannot reach the database server' });
  });

  it('refuses migrations when its database is a MongoDB', async () => {
    const client = { $runCommandRaw: () => Promise.resolve({ ok: 1 }) };
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [PrismaIndicator('database', { client, pendingMigrations: 'down' })],
    });
    expect(String(error)).toContain(
      'PrismaIndicator("database"), pendingMigrations: MongoDB has no migrations of Prisma',
    );
  });
});

describe('a missing PrismaClient', () => {
  it.each([
    ['under a token', 'PRISMA', 'no module provides its client under the token "PRISMA"'],
    [
      'that is something else',
      new Map() as unknown as PrismaClientLike,
      'its client is an object instead of a PrismaClient',
    ],
  ])('stops the boot with a remedy %s', async (_how, client, problem) => {
    const { error } = await refusalOf('express', {
      imports: [health],
      providers: [PrismaIndicator('database', { client })],
    });
    expect(String(error)).toContain(`PrismaIndicator("database"): ${problem}`);
    expect(String(error)).toContain('PrismaIndicator("database", { client: PrismaService })');
  });

  it('is allowed while the indicator is disabled', async () => {
    const application = await startApplication('express', {
      imports: [health],
      providers: [PrismaIndicator('database', { client: 'PRISMA', enabled: false })],
    });
    expect(statusesIn(await application.get('/health/deep'))).toEqual({ database: 'SKIPPED' });
  });
});
