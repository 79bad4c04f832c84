import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { firstResponse } from './support/first-response.js';
import { nodeBinary } from './support/node-binary.js';
import { run } from './support/run.js';

// Dependencies of the CLI of Nest 12 need a later Node than the CLI and the library.
const CLIS = [
  { nest: 11, node: 'current', runner: 'Jest', type: 'commonjs' },
  { nest: 12, node: '22', runner: 'vitest', type: 'module' },
] as const;

describe.each(CLIS)('a new application of Nest $nest ($type, $runner)', ({ nest, node, type }) => {
  const home = join(inject('folder'), `cli-${nest}`);
  const application = join(home, 'shop');
  const cli = (...args: string[]): Promise<string> =>
    run(application, binary, 'node_modules/@nestjs/cli/bin/nest.js', ...args);
  const source = (path: string): Promise<string> => readFile(join(application, 'src', path), 'utf8');
  let binary = process.execPath;

  beforeAll(async () => {
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), '{ "private": true }');
    binary = await nodeBinary(home, node);
    // The CLI starts npm and node by their names.
    vi.stubEnv('PATH', `${dirname(binary)}${delimiter}${process.env['PATH']}`);
    await run(home, 'npm', 'install', '--no-audit', '--no-fund', `@nestjs/cli@${nest}`);
    const options = [
      '--package-manager',
      'npm',
      '--skip-git',
      '--skip-install',
      ...(nest === 12 ? ['--no-observe'] : []),
    ];
    await run(home, binary, 'node_modules/@nestjs/cli/bin/nest.js', 'new', 'shop', ...options);
    await run(application, 'npm', 'install', '--no-audit', '--no-fund');
    await run(application, 'npm', 'install', '--no-audit', '--no-fund', inject('tarball'));
  }, 900_000);

  afterAll(() => vi.unstubAllEnvs());

  it('gets the module and a first indicator from nest add', async () => {
    const manifest = JSON.parse(await readFile(join(application, 'package.json'), 'utf8')) as { type?: string };
    expect(manifest.type ?? 'commonjs').toBe(type);
    const output = await cli('add', 'nest-vitals', '--skip-install');
    expect(output).toMatch(/CREATE.* src\/health\/app\.health\.ts/);
    expect(await source('app.module.ts')).toContain('imports: [HealthModule.forRoot()],');
    expect(await source('main.ts')).toMatch(/NestFactory\.create[^;]*;\n {2}app\.enableShutdownHooks\(\);\n/);
    expect(await readFile(join(application, 'package.json'), 'utf8')).toContain('nest start --no-shell --watch');
    expect(await cli('add', 'nest-vitals', '--skip-install')).toContain('already. Nothing was changed.');
  });

  it('gets an indicator and its test from nest generate', async () => {
    await cli('generate', '--collection', 'nest-vitals', 'indicator', 'database');
    await cli('g', '-c', 'nest-vitals', 'indicator', 'payments-api', 'billing', '--flat', '--no-spec');
    const ending = type === 'module' ? '.js' : '';
    const module = await source('app.module.ts');
    expect(module).toContain(`import { DatabaseHealth } from './database/database.health${ending}';`);
    expect(module).toContain(`import { PaymentsApiHealth } from './billing/payments-api.health${ending}';`);
    expect(await source('database/database.health.spec.ts')).toContain("describe('DatabaseHealth'");
    await expect(source('billing/payments-api.health.spec.ts')).rejects.toThrow('ENOENT');
  });

  it('passes its formatter and its linter', async () => {
    expect(await run(application, 'npx', 'prettier', '--check', 'src')).toContain('All matched files use Prettier');
    // Without `--fix`, which the script of Nest 11 contains.
    const linter = type === 'module' ? ['oxlint', '--type-aware', 'src/'] : ['eslint', 'src/**/*health*.ts'];
    await expect(run(application, 'npx', ...linter)).resolves.toBeDefined();
  });

  it('refuses a reserved name before it generates anything', async () => {
    // The CLI exits with 0 and writes the error to stderr.
    const command = [binary, 'node_modules/@nestjs/cli/bin/nest.js', 'g', '-c', 'nest-vitals', 'indicator', 'ready'];
    const output = await run(application, 'sh', '-c', '"$0" "$@" 2>&1', ...command);
    expect(output).toContain('the name "ready" is reserved');
    await expect(source('ready/ready.health.ts')).rejects.toThrow('ENOENT');
  });

  it('compiles a generated check that is made async as its comment says', async () => {
    const path = join(application, 'src/database/database.health.ts');
    const text = await readFile(path, 'utf8');
    const [form = ''] = /async check\(.*/.exec(text) ?? [];
    const written = text
      .replace(
        /^ {2}check\([^]*?\n {2}\}/m,
        `  ${form} {\n    await Promise.resolve(signal.aborted);\n    return unknown('later');\n  }`,
      )
      .replace('type HealthResult', 'type HealthCheckContext, type HealthResult');
    expect(written).toContain('  async check({ signal }: HealthCheckContext): Promise<HealthResult> {');
    await writeFile(path, written);
  });

  it('passes its tests and the generated ones', async () => {
    const runner = type === 'module' ? ['vitest', 'run', '--reporter=json'] : ['jest', '--json'];
    const output = await run(application, 'npx', ...runner);
    // Jest and vitest write the same JSON.
    const { success, testResults }: Outcome = JSON.parse(output.slice(output.indexOf('{"')));
    expect([success, testResults.map(({ name }) => basename(name)).toSorted()]).toEqual([
      true,
      ['app.controller.spec.ts', 'app.health.spec.ts', 'database.health.spec.ts'],
    ]);
  });

  it('is not ready until the generated checks are written', async () => {
    await cli('build');
    expect(await firstResponse(application, binary, 'dist/main', '/health/ready')).toMatchObject({
      status: 'UNKNOWN',
      details: { app: { status: 'UNKNOWN' }, database: { status: 'UNKNOWN' }, payments_api: { status: 'UNKNOWN' } },
    });
  });

  it('stays unchanged when the module has another form, and the error explains what to write', async () => {
    const before = await source('app.module.ts');
    const odd = before.replace(/providers: \[.*\]/, 'providers: [AppService].concat([])');
    await writeFile(join(application, 'src/app.module.ts'), odd);
    const output = await cli('g', '-c', 'nest-vitals', 'indicator', 'queue').catch(String);
    expect(output).not.toContain('CREATE');
    await expect(source('queue/queue.health.ts')).rejects.toThrow('ENOENT');
    expect(await source('app.module.ts')).toBe(odd);
    await writeFile(join(application, 'src/app.module.ts'), before);
  });

  it('gets the module and an indicator in one project of a monorepo', async () => {
    await cli('generate', 'app', 'admin');
    await cli('g', '-c', 'nest-vitals', 'indicator', 'stock', '--project', 'admin');
    await cli('add', 'nest-vitals', '--skip-install', '--project', 'admin');
    const module = await readFile(join(application, 'apps/admin/src/admin.module.ts'), 'utf8');
    expect(module).toContain('imports: [HealthModule.forRoot()],');
    expect(module).toContain('providers: [AdminService, StockHealth, AppHealth],');
    // tsc instead of nest build, because nest build for several projects needs a bundler.
    expect(await run(application, 'npx', 'tsc', '--noEmit', '-p', 'apps/admin/tsconfig.app.json')).toBe('');
  });
});

interface Outcome {
  readonly success: boolean;
  readonly testResults: readonly { readonly name: string }[];
}
