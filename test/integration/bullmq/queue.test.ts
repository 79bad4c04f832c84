import type { ModuleMetadata } from '@nestjs/common';
import { type JobsOptions, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { BullMqIndicator, type BullMqIndicatorOptions } from 'nest-vitals/bullmq';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { startFaultProxy } from '../../support/servers/fault-proxy.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { redis } from '../../support/servers/redis.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

const MINUTE = 60_000;
const SOON = { timeout: 10_000, interval: 20 };
const health = HealthModule.forRoot({ defaults: { ttl: 0, timeout: 20_000 }, deadline: 25_000 });
let made = 0;

const root = (options: BullMqIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [BullMqIndicator('mails', options)],
});

const detailOf = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['mails'];

describeWith(redis, 'a BullMqIndicator', (server) => {
  const connect = (port = server().port): Redis => {
    const connection = new Redis(server().address(port).url, { maxRetriesPerRequest: null });
    connection.on('error', () => undefined);
    onTestFinished(() => connection.disconnect());
    return connection;
  };
  /** Creates a queue for the test. It is connected when it is returned. */
  const createQueue = async (connection = connect()): Promise<Queue> => {
    const queue = new Queue(`queue-${(made += 1)}`, { connection });
    queue.on('error', () => undefined);
    await queue.waitUntilReady();
    return queue;
  };
  const add = async (queue: Queue, options: JobsOptions, count = 1): Promise<void> => {
    for (let job = 0; job < count; job += 1) await queue.add('job', { size: 'x'.repeat(1000) }, options);
  };

  it('accepts the name of a queue, a token or the queue itself', async () => {
    const queue = await createQueue();
    const bull = moduleNamed('BullModule', {
      providers: [
        { provide: 'BullQueue_mails', useValue: queue },
        { provide: 'MY_QUEUE', useValue: queue },
      ],
    });
    const application = await startApplication('express', {
      imports: [health, bull],
      providers: [
        BullMqIndicator('mails'),
        BullMqIndicator('named', { queue: 'mails' }),
        BullMqIndicator('token', { queue: 'MY_QUEUE' }),
        BullMqIndicator('itself', { queue }),
      ],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({
      mails: 'UP',
      named: 'UP',
      token: 'UP',
      itself: 'UP',
    });
    expect(openSockets(server().port)).toBe(1);
  });

  it('reports the jobs of the queue by state, and that it is paused', async () => {
    const queue = await createQueue();
    const timestamp = Date.now() - 10 * MINUTE;
    await add(queue, { timestamp }, 2);
    await add(queue, { priority: 5 }, 3);
    await add(queue, { delay: MINUTE }, 4);
    await queue.pause();
    const application = await startApplication('express', root({ queue }));
    const { oldest_waiting_seconds: age, ...counts } = (await detailOf(application))?.data ?? {};
    expect(counts).toEqual({ waiting: 5, active: 0, delayed: 4, failed: 0, paused: true });
    expect(age).toBeGreaterThanOrEqual(600);
    await queue.resume();
    expect((await detailOf(application))?.data).toMatchObject({ waiting: 5, paused: false });
  });

  it('is DEGRADED when more jobs wait than maxWaiting, or a job waits longer than maxWaitingAge', async () => {
    const queue = await createQueue();
    const application = await startApplication('express', root({ queue, maxWaiting: 2, maxWaitingAge: MINUTE }));
    await add(queue, {}, 2);
    expect(await detailOf(application)).toMatchObject({
      status: 'UP',
      data: { waiting: 2, oldest_waiting_seconds: 0 },
    });
    await add(queue, { priority: 1 });
    expect(await detailOf(application)).toMatchObject({
      status: 'DEGRADED',
      message: '3 jobs wait, more than 2',
    });
    await queue.drain();
    await add(queue, { timestamp: Date.now() - 10 * MINUTE });
    expect(await detailOf(application)).toMatchObject({
      status: 'DEGRADED',
      message: expect.stringMatching(/^the next job has waited for 60\d(?:\.\d)? s, more than 60 s$/),
    });
  });

  it('does not count the delay of a job as waiting, or the time before its last attempt', async () => {
    const queue = await createQueue();
    const application = await startApplication('express', root({ queue, maxWaitingAge: MINUTE }));
    await add(queue, { timestamp: Date.now() - 10 * MINUTE, delay: 20 * MINUTE });
    const [delayed] = await queue.getDelayed();
    await delayed?.promote();
    expect(await detailOf(application)).toMatchObject({ status: 'UP', data: { oldest_waiting_seconds: 0 } });

    await queue.drain();
    await add(queue, { timestamp: Date.now() - 10 * MINUTE, attempts: 2 });
    const worker = new Worker(queue.name, undefined, { connection: connect(), autorun: false });
    worker.on('error', () => undefined);
    const job = await worker.getNextJob('token');
    await job?.moveToFailed(new Error('not this time'), 'token');
    expect(await detailOf(application)).toMatchObject({
      status: 'UP',
      data: { waiting: 1, oldest_waiting_seconds: 0 },
    });
    await worker.close();
  });

  it('is DEGRADED when more jobs have failed than maxFailed', async () => {
    const queue = await createQueue();
    const application = await startApplication('express', root({ queue, maxFailed: 0 }));
    expect(await detailOf(application)).toMatchObject({ status: 'UP' });
    await add(queue, {});
    const worker = new Worker(queue.name, undefined, { connection: connect(), autorun: false });
    worker.on('error', () => undefined);
    const job = await worker.getNextJob('token');
    await job?.moveToFailed(new Error('no'), 'token');
    expect(await detailOf(application)).toMatchObject({
      status: 'DEGRADED',
      message: '1 jobs have failed, more than 0',
      data: { failed: 1 },
    });
    await worker.close();
  });

  it('is DEGRADED when fewer workers are connected than minWorkers, in all processes', async () => {
    const queue = await createQueue();
    const application = await startApplication('express', root({ queue, minWorkers: 1 }));
    expect(await detailOf(application)).toMatchObject({
      status: 'DEGRADED',
      message: '0 workers are connected, fewer than 1',
      data: { workers: 0 },
    });
    const worker = new Worker(queue.name, async () => undefined, { connection: connect() });
    worker.on('error', () => undefined);
    await vi.waitFor(
      async () => expect(await detailOf(application)).toMatchObject({ status: 'UP', data: { workers: 1 } }),
      SOON,
    );
    await worker.close();
    await vi.waitFor(async () => expect(await detailOf(application)).toMatchObject({ data: { workers: 0 } }), SOON);
  });

  it('does not count the placeholder of a server without CLIENT LIST as a worker', async () => {
    const queue = await createQueue();
    vi.spyOn(queue, 'getWorkers').mockResolvedValue([{ name: 'GCP does not support client list' }]);
    const application = await startApplication('express', root({ queue, minWorkers: 1 }));
    expect(await detailOf(application)).toMatchObject({
      status: 'DEGRADED',
      message: 'cannot count workers: the server does not list its clients',
    });
  });

  it('is DEGRADED with minWorkers when the user may not list the clients of the server', async () => {
    const queue = await createQueue();
    const refusal = new Error("NOPERM User app has no permissions to run the 'client|list' command");
    vi.spyOn(queue, 'getWorkers').mockRejectedValue(refusal);
    const application = await startApplication('express', root({ queue, minWorkers: 1 }));
    expect(await detailOf(application)).toMatchObject({
      status: 'DEGRADED',
      message: 'cannot count workers: the server does not list its clients',
    });
  });

  it('writes nothing to the queue', async () => {
    const queue = await createQueue();
    await add(queue, {});
    const admin = connect();
    const application = await startApplication('express', root({ queue, minWorkers: 1 }));
    await admin.config('RESETSTAT');
    for (let probes = 0; probes < 3; probes += 1) await application.get('/health/deep');
    const names = (await admin.info('commandstats')).match(/(?<=^cmdstat_)[^:]+/gm);
    expect(names?.toSorted()).toEqual(expect.arrayContaining(['hmget', 'llen', 'lrange', 'zcard', 'client|list']));
    expect(names?.filter((name) => !/^(?:hmget|llen|lrange|zcard|client\|list|config\|resetstat)$/.test(name))).toEqual(
      [],
    );
  });

  it('checks two queues with one connection one after the other', async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const connection = connect(proxy.port);
    const queues = [await createQueue(connection), await createQueue(connection)];
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { ttl: 0, timeout: 50 } })],
      providers: queues.map((queue) => BullMqIndicator(queue.name, { queue })),
    });
    expect((await application.get('/health/ready')).status).toBe(200);
    proxy.silence();
    const pending = (): number => (Reflect.get(connection, 'commandQueue') as { readonly length: number }).length;
    for (let probes = 0; probes < 5; probes += 1) expect((await application.get('/health/ready')).status).toBe(503);
    // The commands of one check of one queue.
    expect(pending()).toBe(9);
  });

  it('is DOWN at once without a connection, and queues nothing in the client', async () => {
    const connection = new Redis(server().address().url, {
      maxRetriesPerRequest: null,
      retryStrategy: () => 3_600_000,
    });
    connection.on('error', () => undefined);
    onTestFinished(() => connection.disconnect());
    const queue = await createQueue(connection);
    const application = await startApplication('express', root({ queue }));
    await server().kill();
    onTestFinished(() => server().restart());
    await vi.waitFor(() => expect(connection.status).toBe('reconnecting'), SOON);
    expect(await detailOf(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is reconnecting',
      code: 'ENOTCONN',
    });
    expect((Reflect.get(connection, 'offlineQueue') as { readonly length: number }).length).toBe(0);
  });

  it('is DOWN at once when the queue has never had a connection', async () => {
    const connection = new Redis({ port: 1, maxRetriesPerRequest: null, retryStrategy: () => 3_600_000 });
    connection.on('error', () => undefined);
    onTestFinished(() => connection.disconnect());
    const queue = new Queue('unreachable', { connection });
    queue.on('error', () => undefined);
    const application = await startApplication('express', root({ queue }));
    expect(await detailOf(application)).toMatchObject({ error: 'not connected: the client is connecting' });
  });
});

describe('a BullMqIndicator without a queue', () => {
  it.each([
    [
      'no queue is provided',
      {},
      'no module provides its client under the token "BullQueue_mails" or the token "mails"',
    ],
    ['it is something else', { queue: new Map() as never }, 'its client is an object instead of a Queue of bullmq'],
    ['a limit makes no sense', { minWorkers: 0 }, 'minWorkers: its value is 0'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('BullMqIndicator("mails")');
    expect(String(error)).toContain(problem);
  });
});
