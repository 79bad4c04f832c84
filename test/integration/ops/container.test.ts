import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../../support/servers/free-port.js';
import { transpile } from '../balancers/build-package.js';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const PATIENCE = { timeout: 30_000, interval: 50 };
const KEY = 'a-key-for-this-test';

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of each stage. Continued lines are joined. */
function stages(dockerfile: string): Instruction[][] {
  const lines = dockerfile
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '');
  const instructions = lines.map((line) => {
    const [, word = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return { word, rest };
  });
  const starts = instructions.flatMap(({ word }, index) => (word === 'FROM' ? [index] : []));
  return starts.map((start, index) => instructions.slice(start, starts[index + 1]));
}

const [build = [], image = []] = stages(read('ops/docker/Dockerfile'));
const instruction = (word: string): string => image.find((candidate) => candidate.word === word)?.rest ?? '';
/** The arguments of a command in the exec form, which is JSON. */
const exec = (text: string): string[] => JSON.parse(text.slice(text.indexOf('['))) as string[];
const environment = Object.fromEntries(
  instruction('ENV')
    .split(' ')
    .map((assignment) => assignment.split('=') as [string, string]),
);

const service = JSON.parse(read('ops/docker/package.json')) as { readonly dependencies: Record<string, string> };
const library = JSON.parse(read('package.json')) as { readonly devDependencies: Record<string, string> };

describe('the Dockerfile', () => {
  it('installs the packages that the sample application imports', () => {
    const sources = readdirSync(join(root, 'sample-app/src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`sample-app/src/${name}`))
      .join('\n');
    const imported = [...sources.matchAll(/(?:from|import\() ?'((?:@[^/']+\/)?[\w.-]+)[^']*'/g)]
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && name !== 'node' && name !== 'nest-vitals')
      // Packages with only types.
      .filter((name) => name !== 'express');
    expect(imported.length).toBeGreaterThan(10);
    expect([...new Set(imported)].filter((name) => !(name in service.dependencies))).toEqual([]);
    for (const [name, version] of Object.entries(service.dependencies)) {
      expect(`${name} ${library.devDependencies[name]}`).toBe(`${name} ${version}`);
    }
  });

  it('installs the locked versions of the same packages', () => {
    const lock = JSON.parse(read('ops/docker/package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly dependencies?: object; readonly integrity?: string }>>;
    };
    const { '': own, ...others } = lock.packages;
    expect(own?.dependencies).toEqual(service.dependencies);
    expect(Object.keys(others)).toEqual(
      expect.arrayContaining(Object.keys(service.dependencies).map((name) => `node_modules/${name}`)),
    );
    expect(Object.values(others).filter(({ integrity }) => integrity === undefined)).toEqual([]);
  });

  it('builds in a separate stage from existing files', () => {
    expect(build.length).toBeGreaterThan(1);
    const copied = build.filter(({ word }) => word === 'COPY').flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(copied.length).toBeGreaterThan(3);
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(image.filter(({ word }) => word === 'COPY')).toEqual([{ word: 'COPY', rest: '--from=build /service ./' }]);
  });

  it('runs without root and without a shell', () => {
    expect(Number(instruction('USER'))).toBeGreaterThan(0);
    expect(exec(instruction('CMD'))).toEqual(['node', 'dist/main.js']);
    expect(exec(instruction('HEALTHCHECK')).slice(0, 3)).toEqual([
      'node',
      'node_modules/nest-vitals/dist/cli.js',
      'check',
    ]);
  });
});

describe('the container of the sample', () => {
  let folder: string;
  let orders: ChildProcess | undefined;
  let output = '';
  let variables: NodeJS.ProcessEnv;

  /** Runs a command of the image with its environment. */
  function run(command: readonly string[]): ChildProcess {
    const [program = '', ...parameters] = command;
    return spawn(program, parameters, { cwd: folder, env: variables, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async function healthCheck(): Promise<unknown> {
    const [code] = await once(run(exec(instruction('HEALTHCHECK'))), 'exit');
    return code;
  }

  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${variables['PORT']}${path}`, { headers });

  /** The result of the RUN lines, made from the installed files: the service, the packed library, and nothing else. */
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'orders-'));
    const packed = join(folder, 'node_modules/nest-vitals');
    mkdirSync(packed, { recursive: true });
    copyFileSync(join(root, 'package.json'), join(packed, 'package.json'));
    transpile(join(root, 'src'), join(packed, 'dist'));
    // The build bundles the command line into this file, and inserts the version.
    writeFileSync(join(packed, 'dist/cli.js'), "globalThis.VERSION = '0';\nawait import('./cli/main.js');\n");
    transpile(join(root, 'sample-app/src'), join(folder, 'dist'));
    copyFileSync(join(root, 'ops/docker/package.json'), join(folder, 'package.json'));
    for (const name of Object.keys(service.dependencies)) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), link);
    }
    const { PATH } = process.env;
    variables = {
      PATH,
      ...environment,
      PORT: String(await freePort()),
      PAYMENTS_PORT: '0',
      MANAGEMENT_PORT: '0',
      WORKER_PORT: '0',
      CATALOGUE_WARM_UP: '0',
      HEALTH_API_KEYS: KEY,
    };
  });

  afterAll(async () => {
    if (orders?.exitCode === null && orders.signalCode === null) {
      orders.kill('SIGKILL');
      await once(orders, 'exit');
    }
    rmSync(folder, { recursive: true });
  });

  it('is unhealthy before its start and healthy after it', async () => {
    expect(await healthCheck()).toBe(1);
    orders = run(exec(instruction('CMD')));
    for (const stream of [orders.stdout, orders.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    await vi.waitFor(async () => {
      const ready = await get('/health/ready').catch(() => undefined);
      if (ready?.status !== 200) throw new Error(`it is not ready:\n${output}`);
    }, PATIENCE);
    expect(await healthCheck()).toBe(0);
  }, 90_000);

  it('responds to the request that the ServiceMonitor describes', async () => {
    const monitor = parse(read('ops/kubernetes/service-monitor.yaml')) as {
      readonly spec: {
        readonly endpoints: readonly { readonly path: string; readonly authorization: { readonly type: string } }[];
      };
    };
    const [{ path, authorization } = expect.fail('no endpoint')] = monitor.spec.endpoints;
    expect((await get(path)).status).toBe(401);
    const metrics = await get(path, { Authorization: `${authorization.type} ${KEY}` });
    expect(metrics.status).toBe(200);
    expect(await metrics.text()).toContain('# TYPE health_indicator_status gauge');
  });

  it('responds to the probes of the manifests', async () => {
    const paths = [...read('ops/kubernetes/orders.yaml').matchAll(/httpGet: \{ path: (\S+),/g)].map(
      ([, path = '']) => path,
    );
    expect(paths).toHaveLength(3);
    const statuses = await Promise.all(paths.map(async (path) => (await get(path)).status));
    expect(statuses).toEqual([200, 200, 200]);
  });

  it('ends after SIGTERM', async () => {
    const ended = once(orders as ChildProcess, 'exit');
    orders?.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(await healthCheck()).toBe(1);
  }, 60_000);
});

describe('the Compose file', () => {
  const { services } = parse(read('ops/docker/compose.yaml'), { merge: true }) as {
    readonly services: Readonly<
      Record<
        string,
        {
          readonly build?: { readonly context: string; readonly dockerfile: string };
          readonly volumes?: readonly string[];
          readonly depends_on?: readonly string[];
          readonly stop_grace_period?: string;
        }
      >
    >;
  };
  const folder = join(root, 'ops/docker');
  const instances = Object.keys(services).filter((name) => name !== 'balancer');

  it('runs the instances of the tested HAProxy configuration', () => {
    const [volume = ''] = services['balancer']?.volumes ?? [];
    const [source = '', target = ''] = volume.split(':');
    expect(target).toBe('/usr/local/etc/haproxy/haproxy.cfg');
    expect(resolve(folder, source)).toBe(join(root, 'ops/haproxy/haproxy.cfg'));
    const servers = [...read('ops/haproxy/haproxy.cfg').matchAll(/server (\S+) (\S+):(\d+)$/gm)];
    expect(servers.map(([, name, host]) => [name, host])).toEqual(instances.map((name) => [name, name]));
    expect(new Set(servers.map(([, , , port]) => port))).toEqual(new Set([environment['PORT']]));
    expect(services['balancer']?.depends_on).toEqual(instances);
  });

  it.each(instances)('%s is built from the Dockerfile and has a stop grace period longer than the shutdown', (name) => {
    const { build: built, stop_grace_period: grace = '' } = services[name] ?? {};
    const context = resolve(folder, built?.context ?? '');
    expect(context).toBe(root);
    expect(resolve(context, built?.dockerfile ?? '')).toBe(join(folder, 'Dockerfile'));
    expect(Number.parseInt(grace, 10)).toBeGreaterThanOrEqual(15 + 10);
  });
});
