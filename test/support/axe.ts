import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const FAULTS = `axe.run().then(({ passes, violations }) => ({
  passed: passes.length,
  violations: violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]),
}))`;

/** The faults that axe finds in a page. */
export async function violationsOf(page: Page): Promise<[string, string[]][]> {
  await page.evaluate(axe.source);
  const { passed, violations } = await page.evaluate<{ passed: number; violations: [string, string[]][] }>(FAULTS);
  // The rules did run.
  expect(passed).toBeGreaterThan(10);
  return violations;
}
