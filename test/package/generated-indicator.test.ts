import { expect, it } from 'vitest';
import { indicator } from '../../src/schematics/index.js';
import { compileErrors } from '../support/compile-errors.js';
import { MemoryTree } from '../support/memory-tree.js';

it('a generated check compiles with its test, also in the async form of its comment', () => {
  const tree = new MemoryTree({});
  indicator({ name: 'database', skipImport: true })(tree, tree.context);
  const source = tree.files['src/database/database.health.ts'] ?? '';
  const spec = tree.files['src/database/database.health.spec.ts'] ?? '';
  expect(source).toContain("return unknown('not written yet');");

  const [form = ''] = /async check\(.*/.exec(source) ?? [];
  const asyncSource = source
    .replace(/^ {2}check\(.*(?= \{$)/m, `  ${form}`)
    .replace('type HealthResult', 'type HealthCheckContext, type HealthResult');
  expect(asyncSource).toContain('  async check({ signal }: HealthCheckContext): Promise<HealthResult> {');
  const files = {
    'database.health': source,
    'database.health.spec': spec,
    'async/database.health': asyncSource,
    'async/database.health.spec': spec,
  };
  expect(compileErrors(files)).toEqual([]);
}, 180_000);
