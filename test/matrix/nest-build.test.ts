import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { packageMissing } from '../../src/clients/client-messages.js';
import { nameMinified } from '../../src/errors/messages.js';
import { bundledSources, observe, observedWith } from './support/bundled-application.js';
import { firstResponse } from './support/first-response.js';
import { nodeBinary } from './support/node-binary.js';
import { run } from './support/run.js';

const WITH_RSPACK = ['@rspack/core', 'webpack-node-externals', 'tsconfig-paths-webpack-plugin'];

// The CLI of Nest 12 bundles ES modules with rspack only, and its dependencies need a later Node than the library
// needs.
const CLIS = [
  { nest: 11, node: 'current', type: 'commonjs', builder: 'webpack', tools: [] },
  { nest: 12, node: '22', type: 'module', builder: 'rspack', tools: WITH_RSPACK },
] as const;

/** rspack removes the attribute from an import of JSON that is not part of the bundle, and Node requires it. */
const REQUIRED_SCHEMA = `import { createRequire } from 'node:module';

export default createRequire(import.meta.url)('nest-vitals/schema.json') as { $id: string };
`;
const GENERATED = 'database/database.health.ts';
/** The setting that the guide recommends for `nest build`: one file without other packages. */
const ONE_FILE = /```js\n\/\/ webpack\.config\.js\n([^]*?)```/;

describe.each(CLIS)('nest build --builder $builder of Nest $nest', ({ nest, node, type, builder, tools }) => {
  const home = join(inject('folder'), `build-${nest}-${builder}`);
  const application = join(home, 'shop');
  const cli = (...args: string[]): Promise<string> =>
    run(application, binary, 'node_modules/@nestjs/cli/bin/nest.js', ...args);
  let binary = process.execPath;

  beforeAll(async () => {
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), '{ "private": true }');
    binary = await nodeBinary(home, node);
    // The CLI starts npm and node by their names.
    vi.stubEnv('PATH', `${dirname(binary)}${delimiter}${process.env['PATH']}`);
    const install = (folder: string, ...packages: string[]): Promise<string> =>
      run(folder, 'npm', 'install', '--no-audit', '--no-fund', ...packages);
    await install(home, `@nestjs/cli@${nest}`);
    const options = ['--package-manager', 'npm', '--skip-git', '--skip-install'];
    const ofNest = nest === 12 ? ['--no-observe'] : [];
    await run(home, binary, 'node_modules/@nestjs/cli/bin/nest.js', 'new', 'shop', ...options, ...ofNest);
    await install(application);
    await install(application, inject('tarball'), `@nestjs/swagger@${nest}`, 'prom-client', ...tools);
    await cli('g', '-c', 'nest-vitals', 'indicator', 'database');
    for (const [path, text] of Object.entries(await bundledSources(type))) {
      // Written by `nest generate`.
      if (path === GENERATED) continue;
      const source = type === 'module' ? text : text.replaceAll(/(from '\.\/[^']*)\.js'/g, "$1'");
      await writeFile(
        join(application, 'src', path),
        path === 'schema.ts' && type === 'module' ? REQUIRED_SCHEMA : source,
      );
    }
  }, 900_000);

  afterAll(() => vi.unstubAllEnvs());

  it('uses the same indicator as the bundles of the other tests', async () => {
    const sources = await bundledSources(type);
    expect(await readFile(join(application, 'src', GENERATED), 'utf8')).toBe(sources[GENERATED]);
  });

  it('builds a file that uses the installed packages', async () => {
    await cli('build', '--builder', builder);
    expect(await observe(application, 'dist/main.js', '', binary)).toEqual(observedWith());
    expect(await observe(application, 'dist/main.js', 'unnamed', binary)).toEqual(observedWith('payments_api UP'));
    await expect(observe(application, 'dist/main.js', 'peer', binary)).rejects.toThrow(
      packageMissing('', 'typeorm').remedy,
    );
  });

  it.runIf(nest === 11)('builds a minified file that needs no installed package', async () => {
    const guide = await readFile(new URL('../../docs/bundling.md', import.meta.url), { encoding: 'utf8' });
    const [, configuration = ''] = ONE_FILE.exec(guide) ?? [];
    await writeFile(join(application, 'webpack.config.js'), configuration);
    await cli('build', '--builder', builder);
    await rm(join(application, 'webpack.config.js'));
    await run(application, 'cp', '-r', 'dist', '../alone');
    const alone = join(home, 'alone');
    expect(await observe(alone, 'main.js', '', binary)).toEqual(observedWith());
    await expect(observe(alone, 'main.js', 'unnamed', binary)).rejects.toThrow(nameMinified('').remedy);
    await expect(observe(alone, 'main.js', 'peer', binary)).rejects.toThrow(packageMissing('', 'typeorm').remedy);
  });

  it('builds each application of a monorepo', async () => {
    await cli('generate', 'app', 'admin');
    await cli('g', '-c', 'nest-vitals', 'indicator', 'invoices', '--project', 'admin');
    await cli('add', 'nest-vitals', '--skip-install', '--project', 'admin');
    for (const name of ['shop', 'admin']) await cli('build', name, '--builder', builder);
    expect(await observe(application, 'dist/apps/shop/main.js', '', binary)).toEqual(observedWith());
    expect(await firstResponse(application, binary, 'dist/apps/admin/main.js', '/health/ready')).toMatchObject({
      status: 'UNKNOWN',
      details: { app: { status: 'UNKNOWN' }, invoices: { status: 'UNKNOWN' } },
    });
  });
});
