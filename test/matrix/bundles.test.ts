import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { nameMinified, packageMissing } from '../../src/errors/messages.js';
import { bundledSources, observe, observedWith } from './support/bundled-application.js';
import { run } from './support/run.js';

/** A bundler, the module type of the compiled application, and what it does with the names of classes. */
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
  // It always keeps the names of classes.
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
  '$bundler, from $type, names of classes $names',
  ({ bundler, type, names }) => {
    // Away from node_modules.
    const alone = join(folder, `alone-${bundler}-${type}-${names}`);

    beforeAll(() => run(home, process.execPath, 'bundle.mjs', bundler, `${type}/dist/main.js`, alone, names));

    it('runs in one piece: both ports, discovery, the page, the OpenAPI document, the JSON Schema', async () => {
      expect(await observe(alone, 'main.cjs')).toEqual(observedWith());
    });

    it.runIf(names === 'kept')('derives the name of an indicator from its class', async () => {
      expect(await observe(alone, 'main.cjs', 'unnamed')).toEqual(observedWith('payments_api UP'));
    });

    it.runIf(names === 'shortened')('asks for a name where the class name is shortened', async () => {
      await expect(observe(alone, 'main.cjs', 'unnamed')).rejects.toThrow(nameMinified('').remedy);
    });

    it('names the package that an indicator needs if it is not installed', async () => {
      const { problem, remedy } = packageMissing('', 'typeorm');
      const started = observe(alone, 'main.cjs', 'peer');
      await expect(started).rejects.toThrow(`TypeOrmIndicator("orders_database"): ${problem}\n     Remedy: ${remedy}`);
    });
  },
);

it.runIf(all)('names the remedy for a bundle without the description of the endpoints', async () => {
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
