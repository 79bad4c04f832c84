import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { codeBlocks } from '../support/code-blocks.js';

const root = resolve(import.meta.dirname, '../..');

it('the guide to query builders shows the modules that the tests run', () => {
  const shown = codeBlocks(join(root, 'docs/query-builders.md'), 'ts').map(({ code }) => code);
  const tested = ['drizzle', 'kysely', 'knex-with-pool', 'knex'].map((name) =>
    readFileSync(join(root, `test/integration/query-builders/${name}.module.ts`), 'utf8'),
  );
  expect(shown).toEqual(tested);
});
