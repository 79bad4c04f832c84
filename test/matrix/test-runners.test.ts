import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { run } from './support/run.js';

const NEST = ['core', 'common', 'platform-express', 'testing'];
const OTHERS = ['reflect-metadata', 'rxjs', 'prom-client', '@types/node@20'];
const COMPILER_OPTIONS = {
  target: 'es2022',
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  types: ['node'],
};

/** Installs an application with its test runner, and returns its folder. */
async function application(name: string, nest: 11 | 12, manifest: object, ...packages: string[]): Promise<string> {
  const home = join(inject('folder'), name);
  await mkdir(join(home, 'src'), { recursive: true });
  await writeFile(join(home, 'package.json'), JSON.stringify({ private: true, ...manifest }));
  const ofNest = NEST.map((part) => `@nestjs/${part}@${nest}`);
  await run(home, 'npm', 'install', '--no-audit', '--no-fund', inject('tarball'), ...ofNest, ...OTHERS, ...packages);
  await cp(new URL('application/app.module.ts', import.meta.url), join(home, 'src/app.module.ts'));
  await cp(new URL('application/app.spec.ts', import.meta.url), join(home, 'src/app.spec.ts'));
  await writeFile(join(home, 'src/testing.spec.ts'), WITH_TESTING);
  return home;
}

/** A test that uses the exports and types of `nest-vitals/testing`. The imports of the runner precede it. */
const WITH_TESTING = `
import { Test } from '@nestjs/testing';
import { FakeHealth, startReady } from 'nest-vitals/testing';
import { AppModule } from './app.module.js';
import './matchers.js';

test('the application learns that a dependency is DOWN', async () => {
  const health = new FakeHealth();
  const builder = health.override(Test.createTestingModule({ imports: [AppModule] }));
  const started = await startReady((await builder.compile()).createNestApplication({ logger: false }));
  const ready = async () => {
    const response = await fetch(started.url + '/health/ready');
    return { status: response.status, body: await response.json() };
  };
  expect(await ready()).toBeReady();
  health.setDown('stock', 'connection refused');
  expect(await ready()).not.toBeReady();
  expect(await ready()).toReport('stock', 'DOWN');
  await started.close();
});
`;

it('nest-vitals/testing works with Jest 30, as CommonJS, without flags', async () => {
  const home = await application(
    'jest',
    11,
    {
      jest: {
        rootDir: 'src',
        testRegex: '\\.spec\\.ts$',
        setupFilesAfterEnv: ['nest-vitals/testing/jest'],
        transform: { '^.+\\.ts$': 'ts-jest' },
        moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
      },
    },
    'jest@30',
    'ts-jest@29',
    '@types/jest@30',
    'typescript@5.9',
  );
  await writeFile(join(home, 'src/matchers.ts'), "import 'nest-vitals/testing/jest';\n");
  const types = ['node', 'jest'];
  const tsconfig = { compilerOptions: { ...COMPILER_OPTIONS, types, module: 'commonjs', moduleResolution: 'node10' } };
  await writeFile(join(home, 'tsconfig.json'), JSON.stringify(tsconfig));
  await run(home, 'node_modules/.bin/jest', '--json', '--outputFile', 'result.json');
  expect(await passed(home)).toBe(2);
});

it('nest-vitals/testing works with vitest, as ESM', async () => {
  const home = await application('vitest', 12, { type: 'module' }, 'vitest@4', 'typescript@6.0.3');
  await writeFile(join(home, 'src/matchers.ts'), "import 'nest-vitals/testing/vitest';\n");
  const types = ['node', 'vitest/globals'];
  const tsconfig = { compilerOptions: { ...COMPILER_OPTIONS, types, module: 'nodenext' }, include: ['src'] };
  await writeFile(join(home, 'tsconfig.json'), JSON.stringify(tsconfig));
  await run(home, 'node_modules/.bin/vitest', 'run', '--globals', '--reporter', 'json', '--outputFile', 'result.json');
  expect(await passed(home)).toBe(2);
  // vitest does not check types.
  expect(await run(home, 'node_modules/.bin/tsc', '-p', '.', '--noEmit')).toBe('');
});

async function passed(home: string): Promise<unknown> {
  return JSON.parse(await run(home, 'cat', 'result.json')).numPassedTests;
}
