import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { nodeBinary } from './support/node-binary.js';
import { run } from './support/run.js';

/** The module type of an application, and how TypeScript resolves the library. */
interface Flavour {
  readonly nest: 11 | 12;
  readonly type: 'module' | 'commonjs';
  readonly resolution: 'nodenext' | 'node16' | 'bundler' | 'node10';
  readonly module: string;
}

const all = process.env['NEST_VITALS_MATRIX'] === 'all';
const folder = inject('folder');

const FLAVOURS: readonly Flavour[] = [
  { nest: 12, type: 'module', resolution: 'nodenext', module: 'nodenext' },
  { nest: 11, type: 'commonjs', resolution: 'node10', module: 'commonjs' },
];
// Nest 12 is ESM only, and a CommonJS file compiled with node16 cannot import it.
const FURTHER_FLAVOURS: readonly Flavour[] = [
  { nest: 12, type: 'commonjs', resolution: 'nodenext', module: 'nodenext' },
  { nest: 11, type: 'module', resolution: 'nodenext', module: 'nodenext' },
  { nest: 12, type: 'module', resolution: 'node16', module: 'node16' },
  { nest: 12, type: 'module', resolution: 'bundler', module: 'esnext' },
  { nest: 12, type: 'commonjs', resolution: 'bundler', module: 'commonjs' },
  { nest: 12, type: 'commonjs', resolution: 'node10', module: 'commonjs' },
  { nest: 11, type: 'module', resolution: 'node16', module: 'node16' },
  { nest: 11, type: 'module', resolution: 'bundler', module: 'esnext' },
  { nest: 11, type: 'commonjs', resolution: 'nodenext', module: 'nodenext' },
  { nest: 11, type: 'commonjs', resolution: 'node16', module: 'node16' },
  { nest: 11, type: 'commonjs', resolution: 'bundler', module: 'commonjs' },
];
const flavours = all ? [...FLAVOURS, ...FURTHER_FLAVOURS] : FLAVOURS;
const nodeVersions = all ? ['20.19.0', '20', '22.12.0', '22', '24', '26'] : ['current'];

describe.each([11, 12] as const)('an application with Nest %i', (nest) => {
  const home = join(folder, `nest-${nest}`);
  const nodes = new Map<string, string>();

  beforeAll(async () => {
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), JSON.stringify({ private: true }));
    const packages = ['core', 'common', 'platform-express', 'testing'].map((name) => `@nestjs/${name}@${nest}`);
    const others = ['reflect-metadata', 'rxjs', 'prom-client', 'typescript@6.0.3', '@types/node@20'];
    await run(home, 'npm', 'install', '--no-audit', '--no-fund', inject('tarball'), ...packages, ...others);
    for (const version of nodeVersions) nodes.set(version, await nodeBinary(home, version));
  });

  it.each(['index', 'shared/core', 'dashboard/index'])(
    'loads the file %s, which contains only ASCII characters',
    async (file) => {
      const code = await readFile(join(home, `node_modules/nest-vitals/dist/${file}.js`), 'utf8');
      expect(code.match(/[^\0-\x7f]/g)).toBeNull();
    },
  );

  describe.each(flavours.filter((flavour) => flavour.nest === nest))(
    'of type $type, resolved as $resolution',
    ({ type, resolution, module }) => {
      const application = join(home, `${type}-${resolution}`);

      beforeAll(() => writeApplication(application, { nest, type, resolution, module }));

      it('compiles with the declarations of the library', async () => {
        expect(await run(application, join(home, 'node_modules/.bin/tsc'), '-p', '.')).toBe('');
      });

      it.each(nodeVersions)('responds on Node %s', async (version) => {
        const responses: Record<string, { code: number; body: string }> = JSON.parse(
          await run(application, nodes.get(version) ?? '', 'dist/main.js'),
        );
        expect(Object.entries(responses).map(([probe, { code }]) => `${probe} ${code}`)).toEqual([
          'live 200',
          'ready 200',
          'startup 200',
          'deep 200',
          'metrics 200',
          'management ready 200',
          'management metrics 200',
        ]);
        expect(JSON.parse(responses['deep']?.body ?? '')).toMatchObject({
          status: 'DEGRADED',
          details: { stock: { status: 'UP', data: { lag: 3 } }, closed: { status: 'DOWN' } },
          service_info: { name: 'orders', version: '1.4.2' },
        });
        expect(responses['metrics']?.body).toContain('health_indicator_status{indicator="stock",status="UP"} 1');
      });

      it.each(nodeVersions)(
        'has one copy of the library on Node %s when it is imported and required',
        async (version) => {
          await writeFile(join(application, 'copies.cjs'), COPIES);
          expect(await run(application, nodes.get(version) ?? '', 'copies.cjs')).toBe('true true\n');
        },
      );
    },
  );
});

const COPIES = `
const required = require('nest-vitals');
const requiredMetrics = require('nest-vitals/prometheus');
import('nest-vitals').then(async (imported) => {
  const { HealthPrometheusModule } = await import('nest-vitals/prometheus');
  console.log(required.HealthModule === imported.HealthModule, requiredMetrics.HealthPrometheusModule === HealthPrometheusModule);
});
`;

async function writeApplication(application: string, { type, resolution, module }: Flavour): Promise<void> {
  await mkdir(join(application, 'src'), { recursive: true });
  for (const file of ['app.module.ts', 'main.ts']) {
    await cp(new URL(`application/${file}`, import.meta.url), join(application, 'src', file));
  }
  const tsconfig = {
    compilerOptions: {
      module,
      moduleResolution: resolution,
      ...(resolution === 'node10' && { ignoreDeprecations: '6.0' }),
      target: 'es2022',
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      esModuleInterop: true,
      skipLibCheck: false,
      types: ['node'],
      rootDir: 'src',
      outDir: 'dist',
    },
    include: ['src'],
  };
  await writeFile(join(application, 'package.json'), JSON.stringify({ type, private: true }));
  await writeFile(join(application, 'tsconfig.json'), JSON.stringify(tsconfig));
}
