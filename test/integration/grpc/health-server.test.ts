import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, ServerCredentials, credentials, status as code } from '@grpc/grpc-js';
import type { INestApplicationContext, INestMicroservice, Type } from '@nestjs/common';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { type HealthCheckContext, HealthIndicator, HealthModule, HealthService, OnDrain, down, up } from 'nest-vitals';
import { grpcHealth } from 'nest-vitals/grpc';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CapturedLog } from '../../support/captured-log.js';
import { latch } from '../../support/latch.js';
import { moduleNamed } from '../../support/module-named.js';
import { freePort } from '../../support/servers/free-port.js';
import { GrpcHealthClient, protoFile, protoLoader } from '../../support/servers/grpc-health-client.js';

const SOON = { timeout: 10_000, interval: 10 };
const ORDERS = `
  syntax = "proto3";
  package orders;
  message Order { string id = 1; }
  service Orders { rpc Find (Order) returns (Order); }`;

const database = { isUp: true, hangs: false, runs: 0 };
beforeEach(() => Object.assign(database, { isUp: true, hangs: false, runs: 0 }));

@HealthIndicator('database', { ttl: 0, timeout: 5000 })
class DatabaseHealth implements HealthIndicator {
  async check({ signal }: HealthCheckContext) {
    database.runs += 1;
    if (database.hangs) await new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
    return database.isUp ? up() : down('refused');
  }
}

const draining = { began: latch(), goOn: latch() };
beforeEach(() => Object.assign(draining, { began: latch(), goOn: latch() }));

class Worker {
  @OnDrain()
  async finish(): Promise<void> {
    draining.began.open();
    await draining.goOn.promise;
  }
}

const root = (providers: Type[] = [DatabaseHealth]): Type =>
  moduleNamed('RootModule', {
    imports: [HealthModule.forRoot({ groups: { storage: ['database'] }, shutdown: { delay: 0 } })],
    providers,
  });

@HealthIndicator('storage/primary', { ttl: 0, timeout: 5000 })
class PrimaryHealth extends DatabaseHealth {}

@HealthIndicator('storage/replica', { ttl: 0 })
class ReplicaHealth implements HealthIndicator {
  check() {
    return down('away');
  }
}

const withComposite = (aggregation: 'all' | 'any'): Type =>
  moduleNamed('RootModule', {
    imports: [HealthModule.forRoot({ composites: { storage: { aggregation } }, shutdown: { delay: 0 } })],
    providers: [PrimaryHealth, ReplicaHealth],
  });

interface Started {
  readonly app: INestMicroservice;
  readonly url: string;
  readonly client: GrpcHealthClient;
}

interface StartOptions {
  readonly module?: Type;
  readonly every?: number;
  readonly trust?: ServerCredentials;
  readonly gracefulShutdown?: boolean;
  readonly log?: CapturedLog;
}

async function start(options: StartOptions = {}): Promise<Started> {
  const { module = root(), every = 100, trust, gracefulShutdown = false, log = new CapturedLog() } = options;
  const url = `127.0.0.1:${await freePort()}`;
  const compiled = await Test.createTestingModule({ imports: [module] })
    .setLogger(log)
    .compile();
  const app: INestMicroservice = compiled.createNestMicroservice<MicroserviceOptions>({
    transport: Transport.GRPC,
    options: {
      url,
      package: 'orders',
      protoPath: protoFile(ORDERS),
      protoLoader,
      gracefulShutdown,
      ...(trust && { credentials: trust }),
      onLoadPackageDefinition: grpcHealth(() => app, { every }),
    },
  });
  onTestFinished(async () => {
    draining.goOn.open();
    await app.close();
  });
  await app.listen();
  return { app, url, client: new GrpcHealthClient(url) };
}

describe('Check of the gRPC health server', () => {
  it('serves ready for the empty name, and the probes and groups for their own names', async () => {
    const { client } = await start();
    const names = ['', 'ready', 'live', 'startup', 'storage'];
    expect(await Promise.all(names.map((name) => client.check(name)))).toEqual(names.map(() => 'SERVING'));
    database.isUp = false;
    expect(await Promise.all(names.map((name) => client.check(name)))).toEqual([
      'NOT_SERVING',
      'NOT_SERVING',
      'SERVING',
      expect.anything(),
      'NOT_SERVING',
    ]);
  });

  it.each(['database', 'deep', 'Ready', 'orders.Orders', 'x'.repeat(100_000), 'ä\n'])(
    'returns NOT_FOUND for an unknown name (case %#)',
    async (name) => {
      const { client } = await start();
      expect(await client.check(name)).toBe(code.NOT_FOUND);
      expect(await client.check()).toBe('SERVING');
    },
  );

  it('serves a composite by its name and aggregation, but not its parts', async () => {
    const any = await start({ module: withComposite('any') });
    expect(await any.client.check('storage')).toBe('SERVING');
    expect(await any.client.check('storage/primary')).toBe(code.NOT_FOUND);
    expect(await any.client.list()).toMatchObject({ ready: 'SERVING', storage: 'SERVING' });
    database.isUp = false;
    expect(await any.client.check('storage')).toBe('NOT_SERVING');
    database.isUp = true;
    const all = await start({ module: withComposite('all') });
    expect(await all.client.check('storage')).toBe('NOT_SERVING');
    expect(Object.keys(await all.client.list()).filter((name) => name.startsWith('storage'))).toEqual(['storage']);
  });

  it('returns NOT_SERVING within the deadline of the probe when an indicator hangs', async () => {
    database.hangs = true;
    const { client } = await start();
    expect(await client.check('', 5000)).toBe('NOT_SERVING');
  });

  it('ends with DEADLINE_EXCEEDED for a client with a shorter deadline, and serves later calls', async () => {
    database.hangs = true;
    const { client } = await start();
    expect(await client.check('', 50)).toBe(code.DEADLINE_EXCEEDED);
    expect(await client.check('live')).toBe('SERVING');
  });

  it('works over TLS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const [private_key, cert_chain] = [readFileSync(key), readFileSync(certificate)];
    const { url } = await start({ trust: ServerCredentials.createSsl(null, [{ private_key, cert_chain }]) });
    expect(await new GrpcHealthClient(url, credentials.createSsl(cert_chain)).check()).toBe('SERVING');
  });
});

describe('List of the gRPC health server', () => {
  it('lists every name that Check accepts', async () => {
    const { client } = await start();
    database.isUp = false;
    expect(await client.list()).toEqual({
      '': 'NOT_SERVING',
      live: 'SERVING',
      ready: 'NOT_SERVING',
      startup: expect.any(String),
      storage: 'NOT_SERVING',
    });
  });

  it('returns RESOURCE_EXHAUSTED with more than 100 names', async () => {
    const groups = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`group-${index}`, ['database']]));
    const module = moduleNamed('RootModule', {
      imports: [HealthModule.forRoot({ groups })],
      providers: [DatabaseHealth],
    });
    expect(await (await start({ module })).client.list()).toBe(code.RESOURCE_EXHAUSTED);
  });
});

describe('Watch of the gRPC health server', () => {
  it('sends the status at once and then each change once, without other callers', async () => {
    const { client } = await start();
    const watch = client.watch();
    await vi.waitFor(() => expect(watch.statuses).toEqual(['SERVING']), SOON);
    database.isUp = false;
    await vi.waitFor(() => expect(watch.statuses).toEqual(['SERVING', 'NOT_SERVING']), SOON);
    const { runs } = database;
    await vi.waitFor(() => expect(database.runs).toBeGreaterThan(runs + 3), SOON);
    expect(watch.statuses).toEqual(['SERVING', 'NOT_SERVING']);
    database.isUp = true;
    await vi.waitFor(() => expect(watch.statuses).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']), SOON);
  });

  it('sends the changes of a composite', async () => {
    const { client } = await start({ module: withComposite('any') });
    const watch = client.watch('storage');
    await vi.waitFor(() => expect(watch.statuses).toEqual(['SERVING']), SOON);
    database.isUp = false;
    await vi.waitFor(() => expect(watch.statuses).toEqual(['SERVING', 'NOT_SERVING']), SOON);
  });

  it('evaluates nothing after the last client has disconnected', async () => {
    const { client } = await start();
    const watches = [client.watch(), client.watch('storage')];
    await vi.waitFor(() => expect(database.runs).toBeGreaterThan(3), SOON);
    for (const watch of watches) watch.cancel();
    await vi.waitFor(() => expect(watches.map((watch) => watch.code)).toEqual([code.CANCELLED, code.CANCELLED]), SOON);
    await new Promise((resolve) => setTimeout(resolve, 250));
    const { runs } = database;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(database.runs).toBe(runs);
  });

  it('sends SERVICE_UNKNOWN once for an unknown name and stays open', async () => {
    const { client } = await start();
    const [unknown, known] = [client.watch('orders.Orders'), client.watch()];
    await vi.waitFor(() => expect(known.statuses).toEqual(['SERVING']), SOON);
    await vi.waitFor(() => expect(database.runs).toBeGreaterThan(4), SOON);
    expect(unknown).toMatchObject({ statuses: ['SERVICE_UNKNOWN'], code: undefined });
  });

  it('follows refused traffic without an evaluation', async () => {
    const { app, client } = await start({ every: 60_000 });
    const watch = client.watch();
    await vi.waitFor(() => expect(watch.statuses).toEqual(['SERVING']), SOON);
    const { runs } = database;
    const accept = app.get(HealthService, { strict: false }).refuseTraffic('maintenance');
    await vi.waitFor(() => expect(watch.statuses).toEqual(['SERVING', 'NOT_SERVING']), SOON);
    accept();
    await vi.waitFor(() => expect(watch.statuses).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']), SOON);
    expect(database.runs).toBe(runs);
  });
});

describe('a shutdown of the gRPC health server', () => {
  it('returns NOT_SERVING from the first moment of the drain, and open Watch calls do not delay the drain', async () => {
    const url = `127.0.0.1:${await freePort()}`;
    const log = new CapturedLog();
    const module = root([DatabaseHealth, Worker]);
    const compiled = await Test.createTestingModule({ imports: [module] })
      .setLogger(log)
      .compile();
    const app = compiled.createNestApplication();
    app.connectMicroservice<MicroserviceOptions>({
      transport: Transport.GRPC,
      options: {
        url,
        package: 'orders',
        protoPath: protoFile(ORDERS),
        protoLoader,
        gracefulShutdown: true,
        onLoadPackageDefinition: grpcHealth(app, { every: 60_000 }),
      },
    });
    onTestFinished(() => {
      draining.goOn.open();
      return app.close();
    });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    const client = new GrpcHealthClient(url);
    const [ready, live] = [client.watch(), client.watch('live')];
    await vi.waitFor(() => expect([ready.statuses, live.statuses]).toEqual([['SERVING'], ['SERVING']]), SOON);

    const closed = app.close();
    await draining.began.promise;
    await vi.waitFor(() => expect(ready.statuses).toEqual(['SERVING', 'NOT_SERVING']), SOON);
    expect(await client.check()).toBe('NOT_SERVING');
    expect(await client.check('live')).toBe('SERVING');
    expect([ready.code, live.code, live.statuses]).toEqual([undefined, undefined, ['SERVING']]);
    draining.goOn.open();
    await closed;
    await vi.waitFor(() => expect([ready.code, live.code]).toEqual([code.UNAVAILABLE, code.UNAVAILABLE]), SOON);
  });

  it('ends Watch calls of a microservice before the graceful shutdown of its server', async () => {
    const { app, client } = await start({ gracefulShutdown: true });
    const watch = client.watch();
    await vi.waitFor(() => expect(watch.statuses).toEqual(['SERVING']), SOON);
    await app.close();
    await vi.waitFor(() => expect(watch.code).toBe(code.UNAVAILABLE), SOON);
  });
});

describe('the configuration of the gRPC health server', () => {
  it('stops the boot when HealthModule is not imported, and the log names the remedy', async () => {
    const log = new CapturedLog();
    const compiled = await Test.createTestingModule({ imports: [moduleNamed('RootModule', {})] })
      .setLogger(log)
      .compile();
    expect(() => grpcHealth(compiled)).toThrow(/grpcHealth\(\): HealthModule is not imported.*import HealthModule/s);
    await expect(start({ module: moduleNamed('RootModule', {}), log })).rejects.toThrow('definition');
    expect(log.lines.map(({ text }) => text).join('\n')).toMatch(
      /grpcHealth\(\): HealthModule is not imported.*import HealthModule/s,
    );
  });

  it('refuses an application that does not exist yet, and unknown options', () => {
    const missing = undefined as unknown as INestApplicationContext;
    expect(() => grpcHealth(missing)).toThrow(/the application is undefined.*grpcHealth\(\(\) => app\)/s);
    expect(() => grpcHealth(() => missing, { evry: 1 } as object)).toThrow(/evry/);
    expect(() => grpcHealth(() => missing, { every: 5 })).toThrow(/every/);
    const load = grpcHealth(() => missing);
    expect(() => load({}, {} as Server)).toThrow(/the application is undefined/);
  });
});
