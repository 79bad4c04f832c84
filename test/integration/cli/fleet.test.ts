import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect as connectNats } from '@nats-io/transport-node';
import { Etcd3 } from 'etcd3';
import { Redis } from 'ioredis';
import { HealthModule, type HealthResult, down, up } from 'nest-vitals';
import { type FleetReport, HealthFleetModule } from 'nest-vitals/fleet';
import { etcdStore } from 'nest-vitals/stores/etcd';
import type { HealthStore } from 'nest-vitals/stores/memory';
import { natsStore } from 'nest-vitals/stores/nats';
import { redisStore } from 'nest-vitals/stores/redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { EventStream } from '../../support/event-stream.js';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { sendJson } from '../../support/json-request.js';
import { isNightly } from '../../support/nightly.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { etcd } from '../../support/servers/etcd.js';
import { freePort } from '../../support/servers/free-port.js';
import { nats } from '../../support/servers/nats.js';
import type { PrivateServer, ServerKind } from '../../support/servers/private-server.js';
import { redis } from '../../support/servers/redis.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';
import { BuiltCli, CLI } from './built-cli.js';
import { installed, temporaryFolder } from './installed.js';
import { runCli } from './support.js';

const PATIENCE = 180_000;
const SOON = { timeout: 60_000, interval: 100 };

function fileWith(text: string): string {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, text);
  return path;
}

interface Kind {
  readonly kind: ServerKind;
  /** A package that the tool uses if the preferred one is not installed. */
  readonly otherPackage?: string;
  /** A store with its own client, for an application. */
  readonly open: (server: PrivateServer) => Promise<HealthStore>;
  /** The options of the tool for the server. */
  readonly options: (server: PrivateServer) => string[];
}

const KINDS: readonly Kind[] = [
  {
    kind: redis,
    otherPackage: 'redis',
    open: async (server) => {
      const client = new Redis(server.address().url, { retryStrategy: () => 100 });
      client.on('error', () => undefined);
      onTestFinished(() => client.disconnect());
      return redisStore({ client });
    },
    options: (server) => ['--redis', server.address().url],
  },
  {
    kind: {
      ...nats,
      command: (place) => ({ ...nats.command(place), args: [...nats.command(place).args, '--jetstream'] }),
    },
    otherPackage: 'nats',
    open: async (server) => {
      const { host, port, user, password } = server.address();
      const settings = {
        servers: `${host}:${port}`,
        user,
        pass: password,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
      };
      const client = await connectNats(settings);
      onTestFinished(() => client.close());
      return natsStore({ client });
    },
    options: (server) => {
      const { host, port, user, password } = server.address();
      return ['--nats', `nats://${user}@${host}:${port}`, '--password-file', fileWith(`${password}\n`)];
    },
  },
  {
    kind: etcd,
    open: async (server) => {
      const client = new Etcd3({ hosts: `127.0.0.1:${server.port}` });
      onTestFinished(() => client.close());
      return etcdStore({ client });
    },
    options: (server) => ['--etcd', `http://127.0.0.1:${server.port}`],
  },
];

interface InstanceOptions {
  readonly environment?: string;
  readonly database?: () => HealthResult;
  readonly secret?: string;
}

/** `environment`: a separate one for each test, so that no test waits for the instances of another test. */
const start = (
  store: HealthStore,
  instance: string,
  { environment = 'test', database = up, secret }: InstanceOptions = {},
): Promise<TestApplication> =>
  startApplication('express', {
    imports: [
      HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2', environment } }),
      HealthFleetModule.forRoot({
        store,
        instance,
        heartbeat: 1000,
        serve: false,
        ...(secret !== undefined && { secret }),
      }),
    ],
    providers: [FakeIndicator('database', database, { ttl: 0 })],
  });

const phasesIn = ({ services }: FleetReport): Record<string, string> =>
  Object.fromEntries(services.flatMap(({ instances }) => instances.map(({ instance, phase }) => [instance, phase])));

describe.each(KINDS)('nest-vitals fleet on $kind.name', ({ kind, open, options, otherPackage }) => {
  describeWith(kind, 'the tool', (server) => {
    const run = (...line: string[]): BuiltCli =>
      new BuiltCli(['fleet', ...options(server()), '--environment', 'test', ...line]);
    const serve = (...line: string[]): BuiltCli => run('--port', '0', ...line);
    const reportAt = async (url: string): Promise<FleetReport> => (await (await fetch(url)).json()) as FleetReport;

    it(
      'serves the page of real instances, starts and continues while the store is unavailable, and ends at a signal',
      { timeout: PATIENCE },
      async () => {
        let result = up();
        const one = await start(await open(server()), 'one', { database: () => result });
        await start(await open(server()), 'two');
        const tool = serve('--expected', 'orders=2');
        const url = await tool.url();
        await vi.waitFor(async () => {
          expect(phasesIn(await reportAt(url))).toStrictEqual({ one: 'accepting', two: 'accepting' });
        }, SOON);
        const page = await fetch(url, { headers: { accept: 'text/html' } });
        expect(await page.text()).toContain('2 of 2 ready');
        expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
        const stream = await EventStream.open(`${url}?format=events`);
        result = down('away');
        await stream.find(({ data }) => data.includes('database down'));
        expect((await fetch(`${url}health/fleet`)).status).toBe(503);
        result = up();

        await server().kill();
        await vi.waitFor(async () => expect((await reportAt(url)).store.connected).toBe(false), SOON);
        expect(phasesIn(await reportAt(url))).toStrictEqual({ one: 'accepting', two: 'accepting' });
        await stream.find(({ data }) => data.includes('Store unavailable'));
        expect(tool.errors).toMatch(/is unavailable; the page shows the last known data/);
        const late = serve();
        const lateUrl = await late.url();
        expect(await (await fetch(lateUrl, { headers: { accept: 'text/html' } })).text()).toContain(
          'Store unavailable',
        );
        await vi.waitFor(async () => expect((await reportAt(lateUrl)).store.error).toMatch(/connection refused/), SOON);
        await server().restart();
        await vi.waitFor(async () => expect((await reportAt(url)).store.connected).toBe(true), SOON);
        await one.app.close();
        await vi.waitFor(async () => {
          expect(phasesIn(await reportAt(url))).toStrictEqual({ one: 'left', two: 'accepting' });
        }, SOON);
        expect(tool.errors).toMatch(/responds again/);
        await vi.waitFor(async () => expect(phasesIn(await reportAt(lateUrl))['two']).toBe('accepting'), SOON);

        tool.kill('SIGTERM');
        late.kill('SIGINT');
        expect([await tool.exit(), await late.exit()]).toStrictEqual([0, 0]);
        expect(await stream.ended).toBe(true);
        expect(stream.events.at(-1)?.event).toBe('bye');
      },
    );

    it(
      'prints the report once, with an exit code for monitors, also with the other package',
      { timeout: PATIENCE },
      async () => {
        const environment = 'once';
        await start(await open(server()), 'four', { environment, database: () => down('away') });
        const line = ['fleet', ...options(server()), '--environment', environment, '--once'];
        const tool = new BuiltCli(line);
        const monitor = new BuiltCli([...line, '--json', '--expected', 'orders=5', '--expected', 'stock=1']);
        const other = otherPackage === undefined ? undefined : new BuiltCli(line, installed(otherPackage));
        expect([await tool.exit(), await monitor.exit()]).toStrictEqual([0, 1]);
        expect(tool.output).toMatch(/^fleet once +UP +\S+/);
        expect(tool.output).toMatch(/\n {2}four +Not ready +for \d+ s, 1\.4\.2, database DOWN for \d+ s\n/);
        expect(tool.errors).toBe('');
        expect(JSON.parse(monitor.output)).toMatchObject({
          status: 'DOWN',
          reason: expect.stringMatching(/^orders: \d of 5 ready, stock: 0 of 1 ready$/) as unknown,
        });
        await other?.exit();
        expect((other ?? tool).output).toMatch(/\n {2}four +Not ready/);
      },
    );
  });
});

describeWith(redis, 'nest-vitals fleet', (server) => {
  const storeOf = (): Promise<HealthStore> => (KINDS[0] as Kind).open(server());
  const run = (...line: string[]): BuiltCli =>
    new BuiltCli(['fleet', '--redis', server().address().url, '--environment', 'test', ...line]);

  it.runIf(isNightly)('does not count an old entry of a dead instance', { timeout: PATIENCE }, async () => {
    const environment = 'remnants';
    const store = await storeOf();
    const dead = await start(store, 'dead', { environment });
    await vi.waitFor(async () => expect((await dead.get('/health/ready')).status).toBe(200));
    const put = vi.spyOn(store, 'put').mockImplementation(() => new Promise(() => undefined));
    await vi.waitFor(() => expect(put).toHaveBeenCalled(), SOON);
    // While another instance writes, the silence of this one is noticed after three heartbeats.
    await start(await storeOf(), 'alive', { environment });
    const tool = run('--environment', environment, '--once', '--expected', 'orders=2');
    expect(await tool.exit()).toBe(1);
    expect(tool.output).toMatch(/dead +Lost/);
    expect(tool.output).toMatch(/alive +Ready/);
  });

  it('reads signed entries with the secret, and refuses other entries', { timeout: PATIENCE }, async () => {
    const secret = 'a secret of the fleet';
    const store = await storeOf();
    const environment = 'signatures';
    await start(store, 'signed', { environment, secret });
    await start(store, 'forged', { environment });
    const tool = run('--environment', environment, '--once', '--json', '--secret-file', fileWith(secret));
    await tool.exit();
    const report = JSON.parse(tool.output) as FleetReport;
    expect(phasesIn(report)).toStrictEqual({ signed: 'accepting' });
    expect(report.refused).toStrictEqual(
      expect.arrayContaining([{ key: 'fleet.signatures/orders/forged', because: 'it is not signed with the secret' }]),
    );
  });

  it('prints the error of the client, such as a wrong password, without the password', async () => {
    const address = server().address();
    const url = `redis://${address.user}:wrong-word@${address.host}:${address.port}`;
    const tool = new BuiltCli(['fleet', '--redis', url, '--once', '--timeout', '1s']);
    expect(await tool.exit()).toBe(1);
    expect(tool.errors).toContain('cannot connect to the store: the server refused the login: check the user');
    expect(`${tool.output}${tool.errors}`).not.toContain('wrong-word');
  });

  it('exits with a failure if no instance is known', async () => {
    const tool = new BuiltCli(['fleet', '--redis', server().address().url, '--environment', 'elsewhere', '--once']);
    expect(await tool.exit()).toBe(1);
    expect(tool.output).toContain('no instance is known');
  });

  it('requires the key, also for the stream, and limits wrong keys', async () => {
    const tool = run('--port', '0', '--host', '0.0.0.0', '--key-file', fileWith('operations-key\n'), '--metrics');
    const url = (await tool.url()).replace('0.0.0.0', '127.0.0.1');
    const browser = await fetch(url, { headers: { accept: 'text/html' } });
    expect([browser.status, browser.headers.get('www-authenticate')]).toStrictEqual([
      401,
      expect.stringContaining('Basic'),
    ]);
    expect((await fetch(`${url}?format=events`)).status).toBe(401);
    expect((await fetch(`${url}metrics`)).status).toBe(401);
    for (const headers of [
      { 'x-health-key': 'operations-key' },
      { authorization: 'Bearer operations-key' },
      { authorization: `Basic ${Buffer.from('me:operations-key').toString('base64')}` },
    ]) {
      expect((await fetch(url, { headers })).status).toBe(200);
    }
    await vi.waitFor(async () => {
      const metrics = await fetch(`${url}metrics`, { headers: { authorization: 'Bearer operations-key' } });
      expect(await metrics.text()).toContain('\nhealth_fleet_store_connected 1\n');
    }, SOON);
    const codes = [];
    for (let attempt = 0; attempt < 40; attempt += 1) {
      codes.push((await fetch(url, { headers: { 'x-health-key': `wrong-${attempt}` } })).status);
    }
    expect(new Set(codes)).toStrictEqual(new Set([401, 429]));
    expect(tool.output).not.toContain('operations-key');
  });

  it('refuses other methods, paths and formats, and the name of another site that resolves to the loopback address', async () => {
    const url = await run('--port', '0').url();
    const statusFor = async (host: string): Promise<number> =>
      (await sendJson(Number(new URL(url).port), 'GET', '/', { headers: { host } })).status;
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}elsewhere`)).status).toBe(404);
    expect((await fetch(`${url}metrics`)).status).toBe(404);
    expect((await fetch(`${url}?format=text`)).status).toBe(406);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect(await statusFor('example.com')).toBe(403);
    expect(await statusFor('localhost:1')).toBe(200);
  });

  it('reports a port that is in use', async () => {
    const taken = createServer();
    onTestFinished(() => void taken.close());
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const tool = run('--port', String(port));
    expect(await tool.exit()).toBe(1);
    expect(tool.errors).toContain(`port ${port} of 127.0.0.1 is in use: choose another one with --port`);
  });
});

describe('nest-vitals fleet without a store', () => {
  it('runs without an application, and prints the install command of a missing package', async () => {
    const place = installed();
    const tools = (
      [
        ['--redis', 'redis://127.0.0.1:1', 'ioredis'],
        ['--nats', 'nats://127.0.0.1:1', '@nats-io/transport-node'],
        ['--etcd', 'http://127.0.0.1:1', 'etcd3'],
      ] as const
    ).map(([store, url, name]) => ({ store, name, tool: new BuiltCli(['fleet', store, url], place) }));
    for (const { store, name, tool } of tools) {
      expect(await tool.exit()).toBe(1);
      expect(tool.errors).toContain(`${store} needs the package ${name}`);
      expect(tool.errors).toContain(`run npm install ${name}`);
    }
  });

  it('prints once that the store is unavailable', async () => {
    const port = await freePort();
    const tools = [
      ['--redis', `redis://127.0.0.1:${port}`],
      ['--nats', `nats://127.0.0.1:${port}`],
      ['--etcd', `http://127.0.0.1:${port}`],
    ].map((line) => new BuiltCli(['fleet', ...line, '--once', '--timeout', '1s']));
    for (const tool of tools) {
      expect(await tool.exit()).toBe(1);
      expect(tool.output).toMatch(/^fleet production +UNKNOWN +(Redis|NATS|etcd).*connection refused/);
    }
  });

  it.each([
    [[], 'give one of --redis'],
    [['--redis', 'redis://a', '--nats', 'nats://b'], 'give one of --redis'],
    [['--redis', 'http://user:pass@host'], '--redis "http://***@host" is not an address: use redis://host:6379'],
    [['--redis', 'redis://user:50%pass@host'], '--redis "redis://***@host" is not an address'],
    [['--redis', 'redis://host/orders'], '--redis "redis://host/orders" is not an address'],
    [['--redis', 'redis://user:50%//pass@host'], '--redis "redis://***@host" is not an address'],
    [['--redis', 'redis://user:pass'], '--redis "redis://***" is not an address'],
    [['--redis', 'redis://one,two'], '--redis "redis://one,two" is not an address'],
    [['--nats', 'host:4222'], '--nats "host:4222" is not an address'],
    [
      ['--redis', 'redis://a, redis://b'],
      '--redis has 2 addresses: give --redis-sentinel <name> if they are sentinels',
    ],
    [['--redis', 'redis://a', '--redis', 'redis://b'], '--redis has 2 addresses'],
    [['--redis', 'redis://a', '--redis-cluster', '--redis-sentinel', 'main'], 'exclude each other'],
    [['--redis', 'redis://a', '--redis-sentinel', ' '], '--redis-sentinel is empty'],
    [
      ['--redis', 'redis://a/1,redis://b/2', '--redis-sentinel', 'main'],
      '--redis: the addresses have different databases',
    ],
    [['--redis', 'redis://a/1', '--redis-cluster'], '--redis names the database 1: a cluster has none'],
    [['--redis', 'redis://u:pass@a,redis://v:pass@b', '--redis-cluster'], 'the addresses have different logins'],
    [['--redis', 'redis://a', '--sentinel-user', 'u'], '--sentinel-user needs --redis-sentinel'],
    [['--nats', 'nats://a', '--redis-cluster'], '--redis-cluster has no effect with --nats'],
    [['--redis', 'redis://u:pass@a', '--password-file', CLI], '--redis has a password too: leave one of them out'],
    [['--etcd', 'http://:pass@a'], '--etcd: the password has no user'],
    [['--etcd', 'http://a,https://b'], '--etcd mixes http:// and https://: use https://'],
    [['--redis', 'redis://a', '--ca-file', CLI], '--ca-file has no effect with redis://: use rediss://host:6379'],
    [['--redis', 'rediss://a', '--cert-file', CLI], '--cert-file and --cert-key-file belong together'],
    [['--redis', 'rediss://a', '--ca-file', CLI], `--ca-file ${CLI} has no certificate: use a file in PEM format`],
    [['--redis', 'redis://a', '--expected', 'orders'], '--expected "orders"'],
    [['--redis', 'redis://a', '--port', '70000'], '--port is "70000"'],
    [['--redis', 'redis://a', '--host', '0.0.0.0'], '--key-file'],
    [['--redis', 'redis://a', '--json'], '--json has no effect with fleet without --once'],
    [['--redis', 'redis://a', '--once', '--port', '1'], '--port has no effect with fleet --once'],
    [['--redis', 'redis://a', '--once', '--metrics'], '--metrics has no effect with fleet --once'],
    [['--redis', 'redis://a', '--nagios'], '--nagios has no effect'],
    [['--redis', 'redis://a', '--namespace', 'a b'], '--namespace "a b"'],
    [['--redis', 'redis://a', '--secret-file', '/nowhere/file'], '--secret-file /nowhere/file cannot be read'],
    [['--redis', 'redis://a', 'orders'], '"orders" has no effect'],
  ])('refuses %j', async (line, message) => {
    const { exitCode, errors } = await runCli(['fleet', ...line]);
    expect([exitCode, errors.includes('pass@')]).toStrictEqual([line.includes('--nagios') ? 3 : 1, false]);
    expect(errors).toContain(message);
  });

  it('refuses the options of the fleet with other commands', async () => {
    expect((await runCli(['check', '--redis', 'redis://a'])).errors).toContain('--redis has no effect with check');
    expect((await runCli(['status', 'http://127.0.0.1:1', '--once'])).errors).toContain('--once has no effect');
  });
});
