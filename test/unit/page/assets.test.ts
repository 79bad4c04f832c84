import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pageAssets } from '../../../.config/page-assets.mjs';
import { PAGE_SCRIPT, PAGE_STYLE } from '../../../src/dashboard/assets.js';
import { FLEET_SCRIPT, FLEET_STYLE } from '../../../src/fleet/page/assets.js';
import { BASE_STYLE } from '../../../src/page/base-style.js';

it('the page assets are up to date with the scripts and styles: npm run build:page', async () => {
  const assets = await pageAssets();
  expect(assets.size).toBe(4);
  for (const [path, text] of assets) expect([path, readFileSync(path, 'utf8')]).toStrictEqual([path, text]);
});

it('the page assets cannot end the element that contains them', () => {
  for (const script of [PAGE_SCRIPT, FLEET_SCRIPT]) expect(script).not.toMatch(/<\/script|<!--|\r/i);
  for (const style of [BASE_STYLE, PAGE_STYLE, FLEET_STYLE]) expect(style).not.toMatch(/<\/style|url\(|@import|\r/i);
  expect(PAGE_SCRIPT.length + BASE_STYLE.length + PAGE_STYLE.length).toBeLessThan(12_200);
  expect(FLEET_SCRIPT.length + BASE_STYLE.length + FLEET_STYLE.length).toBeLessThan(13_500);
});
