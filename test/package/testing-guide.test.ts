import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { codeBlocks } from '../support/code-blocks.js';

const root = resolve(import.meta.dirname, '../..');

it('the testing guide shows the test file that the tests run', () => {
  const [whole] = codeBlocks(join(root, 'docs/testing.md'), 'ts');
  expect(whole?.code).toBe(readFileSync(join(root, 'test/e2e/testing-guide/testing-guide.test.ts'), 'utf8'));
});
