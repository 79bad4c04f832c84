import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const VIOLATIONS =
  'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]))';

/** The faults that axe finds in a page. */
export async function violationsOf(page: Page): Promise<[string, string[]][]> {
  await page.evaluate(axe.source);
  // The test can tell: the rules did run.
  expect(await page.evaluate<number>('axe.run().then(({ passes }) => passes.length)')).toBeGreaterThan(10);
  return page.evaluate(VIOLATIONS);
}
