import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pageAssets } from '../../../.config/page-assets.mjs';
import { PAGE_SCRIPT, PAGE_STYLE } from '../../../src/dashboard/assets.js';

it('is made of the script and the styles as they are: npm run build:page', async () => {
  expect(readFileSync(new URL('../../../src/dashboard/assets.ts', import.meta.url), 'utf8')).toBe(await pageAssets());
});

it('can stand in a page', () => {
  expect(PAGE_SCRIPT).not.toMatch(/<\/script|<!--|\r/i);
  expect(PAGE_STYLE).not.toMatch(/<\/style|url\(|@import|\r/i);
  expect(PAGE_SCRIPT.length + PAGE_STYLE.length).toBeLessThan(12_000);
});
