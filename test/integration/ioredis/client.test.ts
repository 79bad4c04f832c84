import type { ModuleMetadata } from '@nestjs/common';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { HealthModule } from 'nest-vitals';
import { IoRedisIndicator, type IoRedisIndicatorOptions } from 'nest-vitals/ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { startFaultProxy } from '../../support/servers/fault-proxy.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { redis } from '../../support/servers/redis.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

const REDIS = Symbol('redis');
const SOON = { timeout: 10_000, interval: 20 };
const health = HealthModule.forRoot({ defaults: { ttl: 0, timeout: 20_000 }, deadline: 25_000 });
/** The number of commands of a ping, which are sent together. */
const PING = 3;

const root = (options: IoRedisIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [IoRedisIndicator('cache', options)],
});

const detailOf = async (application: TestApplication): Promise<unknown> =>
  reportIn(await application.get('/health/deep')).details['cache'];

describeWith(redis, 'the client of an IoRedisIndicator', (server) => {
  const clientWith = (options: RedisOptions = {}, port = server().port): Redis => {
    const client = new Redis(server().address(port).url, options);
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    return client;
  };
  const readyClient = async (options?: RedisOptions, port?: number): Promise<Redis> => {
    const client = clientWith(options, port);
    await vi.waitFor(() => expect(client.status).toBe('ready'), SOON);
    return client;
  };

  it('can be passed itself, or be found by a token in any module', async () => {
    const client = clientWith();
    const cache = moduleNamed('CacheModule', { providers: [{ provide: REDIS, useValue: client }] });
    const application = await startApplication('express', {
      imports: [health, cache],
      providers: [IoRedisIndicator('by_itself', { client }), IoRedisIndicator('by_token', { client: REDIS })],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ by_itself: 'UP', by_token: 'UP' });
    expect(openSockets(server().port)).toBe(1);
  });

  it('is connected by the first check with lazyConnect', async () => {
    const client = clientWith({ lazyConnect: true });
    const application = await startApplication('express', root({ client }));
    expect(client.status).toBe('wait');
    expect(await detailOf(application)).toMatchObject({ status: 'UP' });
    expect(client.status).toBe('ready');
  });

  it('is UP when it becomes ready within the timeout', async () => {
    const client = clientWith({ lazyConnect: true });
    const application = await startApplication('express', root({ client }));
    const witness = await readyClient();
    server().freeze();
    onTestFinished(() => server().thaw());
    // The system needs some time to stop a process.
    await vi.waitFor(async () => expect(await respondsSoon(witness)).toBe(false), SOON);
    const connected = client.connect();
    const probe = detailOf(application);
    await vi.waitFor(() => expect(client.status).toBe('connect'), SOON);
    server().thaw();
    await connected;
    expect(await probe).toMatchObject({ status: 'UP' });
  });

  it('has one call in progress for all indicators over a silent connection', async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const client = await readyClient({}, proxy.port);
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { ttl: 0, timeout: 50 } })],
      providers: [
        IoRedisIndicator('one', { client }),
        IoRedisIndicator('other', { client }),
        IoRedisIndicator('bare', { client, info: false }),
      ],
    });
    proxy.silence();
    for (let probes = 0; probes < 10; probes += 1) expect((await application.get('/health/ready')).status).toBe(503);
    expect(queued(client, 'commandQueue')).toBe(PING);
  });

  it('gives each indicator the details that it needs, also when another one needs only a ping', async () => {
    const client = await readyClient();
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        IoRedisIndicator('bare', { client, info: false }),
        IoRedisIndicator('detailed', { client, role: 'primary' }),
      ],
    });
    const { details } = reportIn(await application.get('/health/deep'));
    expect(details['bare']).not.toHaveProperty('data');
    expect(details['detailed']).toMatchObject({ status: 'UP', data: { role: 'primary' } });
  });

  it('is DOWN at once when the client has lost its connection, and gets no command to queue', async () => {
    const client = await readyClient({ retryStrategy: () => 3_600_000 });
    const application = await startApplication('express', root({ client }));
    await server().kill();
    onTestFinished(() => server().restart());
    await vi.waitFor(() => expect(client.status).toBe('reconnecting'), SOON);
    expect(await detailOf(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is reconnecting',
      code: 'ENOTCONN',
    });
    expect(queued(client, 'offlineQueue')).toBe(0);
  });

  it('is DOWN at once when the client loses its connection during a ping', async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const client = await readyClient({ retryStrategy: () => 3_600_000 }, proxy.port);
    const application = await startApplication('express', root({ client }));
    const listeners = (): number => client.listenerCount('close') + client.listenerCount('end');
    const before = listeners();
    proxy.silence();
    const probe = detailOf(application);
    await vi.waitFor(() => expect(queued(client, 'commandQueue')).toBe(PING), SOON);
    await proxy.close();
    expect(await probe).toMatchObject({ status: 'DOWN', error: 'connection reset', code: 'ECONNRESET' });
    expect(listeners()).toBe(before);
  });

  it('is DOWN when the client was closed', async () => {
    const client = await readyClient();
    const application = await startApplication('express', root({ client }));
    await client.quit();
    await vi.waitFor(() => expect(client.status).toBe('end'), SOON);
    expect(await detailOf(application)).toMatchObject({ error: 'not connected: the client is closed' });
  });

  it('is DOWN with a message when the client cannot log in', async () => {
    const { host, port } = server().address();
    const client = new Redis({ host, port, password: 'another', lazyConnect: true, retryStrategy: () => 3_600_000 });
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    const application = await startApplication('express', root({ client }));
    expect(await detailOf(application)).toMatchObject({ error: 'the server refused the password' });
  });

  it('can be a subscriber, which may only ping', async () => {
    const client = await readyClient();
    await client.subscribe('news');
    const application = await startApplication('express', root({ client }));
    expect(await detailOf(application)).toMatchObject({ status: 'UP' });
    expect(await detailOf(application)).not.toHaveProperty('data');
  });

  it('works for a user who may only ping, unless an option needs more', async () => {
    const admin = await readyClient();
    await admin.call('ACL', 'SETUSER', 'poor', 'on', '>poor', '+ping', '+auth');
    const { host, port } = server().address();
    const client = new Redis({ host, port, username: 'poor', password: 'poor', enableReadyCheck: false });
    onTestFinished(() => client.disconnect());
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        IoRedisIndicator('ping_only', { client }),
        IoRedisIndicator('role', { client, role: 'primary', critical: false }),
      ],
    });
    const { details } = reportIn(await application.get('/health/deep'));
    expect(details['ping_only']).toMatchObject({ status: 'UP' });
    expect(details['ping_only']).not.toHaveProperty('data');
    expect(details['role']).toMatchObject({
      status: 'DEGRADED',
      message: 'cannot check role: the server does not permit INFO',
    });
  });

  it('is UP for a user who may read and write but not ping', async () => {
    const admin = await readyClient();
    await admin.call('ACL', 'SETUSER', 'worker', 'on', '>worker', '~*', '-@all', '+@read', '+@write');
    const { host, port } = server().address();
    const login = { host, port, username: 'worker', enableReadyCheck: false };
    const client = new Redis({ ...login, password: 'worker' });
    const stranger = new Redis({ ...login, password: 'wrong' });
    for (const each of [client, stranger]) {
      each.on('error', () => undefined);
      onTestFinished(() => each.disconnect());
    }
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        IoRedisIndicator('cache', { client }),
        IoRedisIndicator('role', { client, role: 'primary', critical: false }),
        IoRedisIndicator('stranger', { client: stranger, critical: false }),
      ],
    });
    expect(reportIn(await application.get('/health/deep')).details).toMatchObject({
      cache: { status: 'UP', data: { note: 'PING is not permitted' } },
      role: { status: 'DEGRADED', message: 'cannot check role: the server does not permit INFO' },
      stranger: { status: 'DOWN' },
    });
    expect(await client.set('key', 'value')).toBe('OK');
  });

  it('is DEGRADED when its server uses more of its memory than maxMemoryShare', async () => {
    const client = await readyClient();
    await client.config('SET', 'maxmemory', '1gb');
    onTestFinished(async () => void (await client.config('SET', 'maxmemory', '0')));
    const application = await startApplication('express', root({ client, maxMemoryShare: 0.000_01 }));
    expect(await detailOf(application)).toMatchObject({
      status: 'DEGRADED',
      message: expect.stringMatching(/^[\d.]+ % of maxmemory are in use, more than 0 %$/),
      data: { max_memory_bytes: 2 ** 30, memory_used_share: expect.any(Number) },
    });
  });

  it('is DOWN when its server has another role', async () => {
    const client = await readyClient();
    const application = await startApplication('express', root({ client, role: 'replica' }));
    expect(await detailOf(application)).toMatchObject({
      status: 'DOWN',
      error: 'the server is a primary instead of a replica',
      data: { role: 'primary' },
    });
  });
});

describe('an IoRedisIndicator with a wrong option', () => {
  const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
  const single = new Redis({ lazyConnect: true });

  it.each([
    ['no client is named', {} as IoRedisIndicatorOptions, 'it is missing'],
    ['none is provided', { client: REDIS }, 'no module provides its client under the token Symbol(redis)'],
    [
      'it is something else',
      { client: new Map() as never },
      'its client is an object instead of a Redis or a Cluster of ioredis',
    ],
    ['a cluster is to have a role', { client: cluster, role: 'primary' as const }, 'the client of a cluster'],
    [
      'a limit needs the info that is off',
      { client: single, info: false, maxMemoryShare: 0.9 },
      'remove it, because "info" is false',
    ],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('IoRedisIndicator("cache")');
    expect(String(error)).toContain(problem);
  });
});

/** The number of commands that the client keeps, sent or queued. */
function queued(client: Redis, queue: 'commandQueue' | 'offlineQueue'): number {
  return (Reflect.get(client, queue) as { readonly length: number }).length;
}

async function respondsSoon(client: Redis): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 100));
  return Promise.race([client.ping().then(() => true), late]);
}
