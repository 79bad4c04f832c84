import type { ModuleMetadata } from '@nestjs/common';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { RedisIndicator, type RedisIndicatorOptions } from 'nest-vitals/redis';
import { createClient, createClientPool, createCluster } from 'redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { latch } from '../../support/latch.js';
import { moduleNamed } from '../../support/module-named.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { startFaultProxy } from '../../support/servers/fault-proxy.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { redis } from '../../support/servers/redis.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

type Client = ReturnType<typeof createClient>;
type Pool = ReturnType<typeof createClientPool>;

const REDIS = Symbol('redis');
const SOON = { timeout: 10_000, interval: 20 };
const NEVER = 3_600_000;
const health = HealthModule.forRoot({ defaults: { ttl: 0, timeout: 20_000 }, deadline: 25_000 });

const root = (options: RedisIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [RedisIndicator('cache', options)],
});

const detailOf = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['cache'];

describeWith(redis, 'the client of a RedisIndicator', (server) => {
  const connectedClient = async (
    options: Parameters<typeof createClient>[0] = {},
    port = server().port,
  ): Promise<Client> => {
    const client = createClient({ url: server().address(port).url, ...options });
    client.on('error', () => undefined);
    onTestFinished(() => {
      if (client.isOpen) client.destroy();
    });
    return client.connect();
  };
  const connectedPool = async (maximum: number): Promise<Pool> => {
    const pool = createClientPool({ url: server().address().url }, { minimum: 1, maximum });
    pool.on('error', () => undefined);
    onTestFinished(() => pool.destroy());
    await pool.connect();
    return pool;
  };

  it('can be passed itself, or be found by a token in any module', async () => {
    const client = await connectedClient();
    const cache = moduleNamed('CacheModule', { providers: [{ provide: REDIS, useValue: client }] });
    const application = await startApplication('express', {
      imports: [health, cache],
      providers: [RedisIndicator('by_itself', { client }), RedisIndicator('by_token', { client: REDIS })],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ by_itself: 'UP', by_token: 'UP' });
    expect(openSockets(server().port)).toBe(1);
  });

  it('has one call in progress for all indicators over a silent connection', async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const client = await connectedClient({}, proxy.port);
    const sent = vi.spyOn(client, 'sendCommand');
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { ttl: 0, timeout: 50 } })],
      providers: [RedisIndicator('one', { client }), RedisIndicator('bare', { client, info: false })],
    });
    proxy.silence();
    for (let probes = 0; probes < 10; probes += 1) expect((await application.get('/health/ready')).status).toBe(503);
    expect(sent.mock.calls.map(([words]) => words)).toEqual([['PING'], ['INFO', 'memory'], ['INFO', 'replication']]);
  });

  it('is DOWN at once when the client has lost its connection, and gets no command to queue', async () => {
    const client = await connectedClient({ socket: { reconnectStrategy: NEVER } });
    const application = await startApplication('express', root({ client }));
    await server().kill();
    onTestFinished(() => server().restart());
    await vi.waitFor(() => expect(client.isReady).toBe(false), SOON);
    const sent = vi.spyOn(client, 'sendCommand');
    expect(await detailOf(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is connecting',
      code: 'ENOTCONN',
    });
    expect(sent).not.toHaveBeenCalled();
  });

  it('is DOWN at once when the client loses its connection during a ping', async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const client = await connectedClient({ socket: { reconnectStrategy: NEVER } }, proxy.port);
    const sent = vi.spyOn(client, 'sendCommand');
    const application = await startApplication('express', root({ client }));
    proxy.silence();
    const probe = detailOf(application);
    await vi.waitFor(() => expect(sent).toHaveBeenCalled(), SOON);
    await proxy.close();
    expect(await probe).toMatchObject({ status: 'DOWN', error: 'connection reset', code: 'ECONNRESET' });
  });

  it('cancels a ping that was not sent', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const client = {
      isOpen: true,
      isReady: true,
      sendCommand: (_words: string[], { abortSignal }: { readonly abortSignal?: AbortSignal } = {}) => {
        signals.push(abortSignal);
        return new Promise<never>(() => undefined);
      },
    };
    const application = await startApplication('express', root({ client, timeout: 20, info: false }));
    expect(await detailOf(application)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  });

  it('is DOWN at once when the sentinels have no primary', async () => {
    const sendCommand = vi.fn<() => Promise<unknown>>(() => new Promise<never>(() => undefined));
    const client = { isOpen: true, isReady: false, getMasterNode: () => undefined, sendCommand };
    const application = await startApplication('express', root({ client }));
    expect(await detailOf(application)).toMatchObject({ error: 'not connected: the client is connecting' });
    expect(sendCommand).not.toHaveBeenCalled();
  });

  it('is DOWN when the client was never connected, or was closed', async () => {
    const client = createClient({ url: server().address().url });
    const application = await startApplication('express', root({ client }));
    expect(await detailOf(application)).toMatchObject({ error: 'not connected: the client is closed' });
    await client.connect();
    expect(await detailOf(application)).toMatchObject({ status: 'UP' });
    await client.close();
    expect(await detailOf(application)).toMatchObject({ error: 'not connected: the client is closed' });
  });

  it('can be a pool, which gets its client back after a success and a failure', async () => {
    const pool = await connectedPool(1);
    const application = await startApplication('express', root({ client: pool }));
    expect(await detailOf(application)).toMatchObject({ status: 'UP', data: { pool_open: 1, pool_idle: 1 } });
    await server().kill();
    await vi.waitFor(async () => expect(await detailOf(application)).toMatchObject({ code: 'ENOTCONN' }), SOON);
    expect([pool.idleClients, pool.clientsInUse]).toEqual([1, 0]);
    await server().restart();
    await vi.waitFor(async () => expect(await detailOf(application)).toMatchObject({ status: 'UP' }), SOON);
  });

  it('can be an exhausted pool, in which at most one check waits', async () => {
    const pool = await connectedPool(1);
    const application = await startApplication('express', root({ client: pool, timeout: 50 }));
    const work = latch();
    const busy = pool.execute(() => work.promise);
    for (let probes = 0; probes < 10; probes += 1) {
      expect(await detailOf(application)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
      expect(pool.tasksQueueLength).toBe(1);
    }
    work.open();
    await busy;
    await vi.waitFor(async () => expect(await detailOf(application)).toMatchObject({ status: 'UP' }), SOON);
  });

  it('is DEGRADED when more callers wait for the pool than maxWaiting', async () => {
    const pool = await connectedPool(1);
    const application = await startApplication('express', root({ client: pool, maxWaiting: 1 }));
    const work = latch();
    const busy = [1, 2, 3].map(() => pool.execute(() => work.promise));
    const waiting = vi.spyOn(pool, 'execute');
    const probe = detailOf(application);
    await vi.waitFor(() => expect(waiting).toHaveBeenCalled(), SOON);
    work.open();
    await Promise.all(busy);
    expect(await probe).toMatchObject({
      status: 'DEGRADED',
      message: '2 callers wait for a connection, more than 1',
      data: { pool_waiting: 2, role: 'primary' },
    });
  });

  it('is UP for a user who may read and write but not ping', async () => {
    const admin = await connectedClient();
    await admin.sendCommand(['ACL', 'SETUSER', 'worker', 'on', '>worker', '~*', '-@all', '+@read', '+@write']);
    const { host, port } = server().address();
    const client = await connectedClient({ url: `redis://worker:worker@${host}:${port}` });
    const application = await startApplication('express', root({ client }));
    expect(await detailOf(application)).toMatchObject({ status: 'UP', data: { note: 'PING is not permitted' } });
    expect(await client.set('key', 'value')).toBe('OK');
  });

  it('is DEGRADED for its memory, and DOWN for its role', async () => {
    const client = await connectedClient();
    await client.configSet('maxmemory', '1gb');
    onTestFinished(async () => void (await client.configSet('maxmemory', '0')));
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        RedisIndicator('memory', { client, maxMemoryShare: 0.000_01, critical: false }),
        RedisIndicator('role', { client, role: 'replica' }),
      ],
    });
    const { details } = reportIn(await application.get('/health/deep'));
    expect(details['memory']).toMatchObject({ status: 'DEGRADED' });
    expect(details['role']).toMatchObject({ error: 'the server is a primary instead of a replica' });
  });
});

describe('a RedisIndicator with a wrong option', () => {
  const cluster = createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] });

  it.each([
    ['no client is named', {} as RedisIndicatorOptions, 'it is missing'],
    ['none is provided', { client: REDIS }, 'no module provides its client under the token Symbol(redis)'],
    [
      'it is something else',
      { client: new Map() as never },
      'its client is an object instead of a client, a pool or a cluster of redis',
    ],
    ['a cluster is to have a role', { client: cluster, role: 'primary' as const }, 'the client of a cluster'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('RedisIndicator("cache")');
    expect(String(error)).toContain(problem);
  });
});
