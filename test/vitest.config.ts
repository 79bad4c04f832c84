import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { entries } from '../.config/entries.mjs';
import Sequencer from './sequencer.js';
import { isNightly } from './support/nightly.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** The entry points of the package, by the names that users import. */
const self = entries.map(({ name, source }) => ({
  find: new RegExp(`^${name}$`),
  replacement: at(`../src/${source}.ts`),
}));

/** The Nest packages of version 11. */
const nest11 = [
  {
    find: /^@nestjs\/(common|core|platform-express|platform-fastify|swagger|testing)(\/.*)?$/,
    replacement: `${at('nest-11/node_modules/@nestjs')}/$1$2`,
  },
];

/** Tests of parts that hardly depend on the version of Nest. The nightly run repeats them on Nest 11, too. */
const sameOnEveryNest = [
  'access',
  'aggregation.conformance',
  'alert-channels',
  'alert-emails',
  'alerts',
  'api-description',
  'caching.conformance',
  'composites',
  'control',
  'control-forms',
  'control-guide',
  'dashboard',
  'environment',
  'fleet',
  'fleet-description',
  'fleet-live',
  'fleet-max-unready',
  'formats',
  'fuzz',
  'guides',
  'health-monitor',
  'log',
  'management-life',
  'metrics-catalogue',
  'opentelemetry',
  'prometheus',
  'rate-limit',
  'refused-options',
  'secrets',
  'service-identity',
  'sources',
  'testing',
  'testing-guide/testing-guide',
  'views',
].map((name) => `test/e2e/${name}.test.ts`);

/** Tests that measure memory, or replace modules or globals of Node.js. Each runs in a process of its own. */
const isolated = [
  ...[
    '**/*.{memory,collected}',
    'clients/injected-client',
    'endpoints/access.constant-time',
    'endpoints/description/api-description',
    'indicators/disk.indicator',
    'indicators/event-loop.indicator',
    'overload/overload.indicator',
    'testing/jest',
  ].map((name) => `test/unit/${name}.test.ts`),
  'test/integration/indicators/file.indicator.test.ts',
];
const excluded = ['**/node_modules/**', ...(isNightly ? [] : ['**/*.nightly.test.ts'])];

export default defineConfig({
  test: {
    root: at('..'),
    // Many tests wait for processes and servers most of the time, so more workers than cores are useful.
    maxWorkers: 5,
    setupFiles: [at('support/restored-globals.ts')],
    sequence: { sequencer: Sequencer },
    // Slow tests that rarely fail run only at night.
    exclude: excluded,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text', 'html'] },
    // The files of a worker share its modules, which takes half the processor time of loading them for each file.
    isolate: false,
    projects: [
      {
        extends: true,
        resolve: { alias: self },
        test: {
          name: 'nest-12',
          include: ['{test/{e2e,integration,package},sample-app}/**/*.test.ts'],
          exclude: [...excluded, ...isolated],
        },
      },
      {
        extends: true,
        resolve: { alias: [...nest11, ...self] },
        test: {
          name: 'nest-11',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [...excluded, ...(isNightly ? [] : sameOnEveryNest)],
        },
      },
      {
        extends: true,
        resolve: { alias: self },
        // Apart from the others, because modules that are loaded under fake timers keep some of their functions.
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: [...excluded, ...isolated] },
      },
      {
        extends: true,
        resolve: { alias: self },
        test: { name: 'isolated', isolate: true, include: isolated },
      },
    ],
  },
});
