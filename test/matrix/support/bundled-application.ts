import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { indicatorSource } from '../../../src/schematics/indicator-files.js';
import { run } from './run.js';

type ModuleType = 'commonjs' | 'module';

/**
 * The sources of an application that uses the parts of the library that a bundler could break, by path. The source of the
 * indicator `database` is the one that the schematics of the library write.
 */
export async function bundledSources(type: ModuleType): Promise<Record<string, string>> {
  const template = (name: string): Promise<string> =>
    readFile(new URL(`../bundled/${name}`, import.meta.url), { encoding: 'utf8' });
  const attribute = type === 'module' ? " with { type: 'json' }" : '';
  return {
    'main.ts': await template('main.ts'),
    'app.module.ts': await template('app.module.ts'),
    'schema.ts': `import schema from 'nest-vitals/schema.json'${attribute};\n\nexport default schema;\n`,
    'database/database.health.ts': indicatorSource({
      file: 'database',
      class: 'DatabaseHealth',
      indicator: 'database',
    }),
  };
}

const ENDPOINTS = ['', '/live', '/ready', '/startup', '/deep', '/{name}', '/dashboard', '/events', '/metrics'];

/** The output of the application. Its variant has further indicators. */
export function observedWith(...further: readonly string[]): object {
  return {
    codes: {
      live: 200,
      ready: 503,
      startup: 200,
      deep: 503,
      metrics: 200,
      'management ready': 503,
      'management metrics': 200,
      page: 200,
    },
    statuses: ['stock UP', 'database UNKNOWN', ...further],
    page: { hasStyle: true, hasScript: true },
    paths: ENDPOINTS.map((path) => `/health${path}`),
    schemas: expect.arrayContaining(['HealthReport', 'HealthReportStatus']),
    schema: 'urn:nest-vitals:health-report',
  };
}

/** Runs a bundle without the packages of the application, and returns what it prints. Rejects with its error if it fails. */
export async function observe(folder: string, file: string, variant = '', node = process.execPath): Promise<unknown> {
  return JSON.parse(await run(folder, 'env', `VARIANT=${variant}`, node, file)) as unknown;
}
