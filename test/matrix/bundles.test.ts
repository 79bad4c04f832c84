import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { packageMissing } from '../../src/clients/client-messages.js';
import { nameMinified } from '../../src/errors/messages.js';
import { bundledSources, observe, observedWith } from './support/bundled-application.js';
import { run } from './support/run.js';

/** A bundler, the module type of the compiled application, and whether class names are kept or shortened. */
interface Bundle {
  readonly bundler: 'esbuild' | 'webpack' | 'rspack' | 'ncc';
  readonly type: 'commonjs' | 'module';
  readonly names: 'kept' | 'shortened';
}

const BUNDLES: readonly Bundle[] = [{ bundler: 'esbuild', type: 'commonjs', names: 'shortened' }];
const FURTHER_BUNDLES: readonly Bundle[] = [
  { bundler: 'esbuild', type: 'commonjs', names: 'kept' },
  { bundler: 'esbuild', type: 'module', names: 'shortened' },
  { bundler: 'webpack', type: 'commonjs', names: 'kept' },
  { bundler: 'webpack', type: 'commonjs', names: 'shortened' },
  { bundler: 'webpack', type: 'module', names: 'shortened' },
  { bundler: 'rspack', type: 'commonjs', names: 'kept' },
  { bundler: 'rspack', type: 'commonjs', names: 'shortened' },
  { bundler: 'rspack', type: 'module', names: 'shortened' },
  // This bundler always keeps class names.
  { bundler: 'ncc', type: 'commonjs', names: 'kept' },
];
const all = process.env['NEST_VITALS_MATRIX'] === 'all';
const folder = inject('folder');
const home = join(folder, 'bundles');

beforeAll(async () => {
  await mkdir(home);
  await writeFile(join(home, 'package.json'), JSON.stringify({ private: true }));
  await cp(new URL('bundled/bundle.mjs', import.meta.url), join(home, 'bundle.mjs'));
  const nest = ['core', 'common', 'platform-express', 'swagger'].map((name) => `@nestjs/${name}@11`);
  const others = ['reflect-metadata', 'rxjs', 'prom-client', 'typescript@6.0.3', '@types/node@20', 'esbuild'];
  const bundlers = all ? ['webpack', 'terser-webpack-plugin', '@rspack/core', '@vercel/ncc'] : [];
  await run(home, 'npm', 'install', '--no-audit', '--no-fund', inject('tarball'), ...nest, ...others, ...bundlers);
  await compile('commonjs');
  if (all) await compile('module');
});

describe.each(all ? [...BUNDLES, ...FURTHER_BUNDLES] : BUNDLES)(
  'the bundle of $bundler, from $type, class names $names',
  ({ bundler, type, names }) => {
    // A folder without node_modules.
    const alone = join(folder, `alone-${bundler}-${type}-${names}`);

    beforeAll(() => run(home, process.execPath, 'bundle.mjs', bundler, `${type}/dist/main.js`, alone, names));

    it('runs with all features: both ports, discovery, the page, the OpenAPI document, the JSON Schema', async () => {
      expect(await observe(alone, 'main.cjs')).toEqual(observedWith());
    });

    it.runIf(names === 'kept')('derives the name of an indicator from its class', async () => {
      expect(await observe(alone, 'main.cjs', 'unnamed')).toEqual(observedWith('payments_api UP'));
    });

    it.runIf(names === 'shortened')(
      'refuses an indicator whose name is missing and whose class name is shortened',
      async () => {
        await expect(observe(alone, 'main.cjs', 'unnamed')).rejects.toThrow(nameMinified('').remedy);
      },
    );

    it('names the missing package of an indicator', async () => {
      const { problem, remedy } = packageMissing('', 'typeorm');
      const started = observe(alone, 'main.cjs', 'peer');
      await expect(started).rejects.toThrow(`TypeOrmIndicator("orders_database"): ${problem}\n     Remedy: ${remedy}`);
    });
  },
);

it.runIf(all)('a bundle without the endpoint description gets an error that names the remedy', async () => {
  const alone = join(folder, 'alone-conditions');
  await run(home, process.execPath, 'bundle.mjs', 'esbuild-with-conditions', 'module/dist/main.js', alone, 'shortened');
  await expect(observe(alone, 'main.cjs')).rejects.toThrow('add "module" to the export conditions of the bundler');
});

async function compile(type: Bundle['type']): Promise<void> {
  const application = join(home, type);
  for (const [path, text] of Object.entries(await bundledSources(type))) {
    await mkdir(dirname(join(application, 'src', path)), { recursive: true });
    await writeFile(join(application, 'src', path), text);
  }
  const isModule = type === 'module';
  const compilerOptions = {
    module: isModule ? 'nodenext' : 'commonjs',
    moduleResolution: isModule ? 'nodenext' : 'node10',
    ...(!isModule && { ignoreDeprecations: '6.0' }),
    target: 'es2022',
    strict: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
    resolveJsonModule: true,
    skipLibCheck: true,
    types: ['node'],
    rootDir: 'src',
    outDir: 'dist',
  };
  await writeFile(join(application, 'package.json'), JSON.stringify({ type, private: true }));
  await writeFile(join(application, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  await run(application, join(home, 'node_modules/.bin/tsc'), '-p', '.');
}
