import { expect, it } from 'vitest';
import { describeRuns, sparkline } from '../../../src/dashboard/render/sparkline.js';

const passed = (took: number) => ({ took, failed: false });
const failed = (took: number) => ({ took, failed: true });

it('draws no chart without a run', () => {
  expect(sparkline([], 40)).toBeUndefined();
  expect(describeRuns([])).toBe('no runs yet');
});

it('draws a bar for each run, the longest as high as the chart, and the latest on the right', () => {
  const { text } = sparkline([passed(5), passed(10), passed(0)], 4) ?? { text: '' };
  expect(text).toContain('viewBox="0 0 12 20"');
  // From (4, 20) up to 10, from (7, 20) up to 0, from (10, 20) a bar of visible height.
  expect(text).toContain('d="m4 20v-10m3 10v-20m3 20v-2"');
  expect(text).not.toContain('class="bad"');
});

it('draws the other bars at a visible height beside one very long run', () => {
  const { text } = sparkline([passed(2), passed(4), passed(8), passed(4), passed(1000)], 5) ?? { text: '' };
  expect(text).toContain('d="m1 20v-3m3 3v-5m3 5v-10m3 10v-5m3 5v-20"');
});

it('draws a failed run differently', () => {
  const { text } = sparkline([passed(4), failed(1), passed(4)], 3) ?? { text: '' };
  expect(text).toContain('d="m1 20v-20m6 20v-20"');
  expect(text).toContain('class="bad" d="M4 0v20"');
});

it.each([
  [[passed(3)], '3 ms, 1 run'],
  [[passed(1), passed(48), passed(3)], 'median 3 ms, 1 to 48 ms, 3 runs'],
  [[passed(1), failed(500.4), failed(3)], 'median 3 ms, 1 to 500 ms, 2 of 3 runs failed'],
])('the chart has a text with the same information', (points, words) => {
  expect(sparkline(points, 40)?.text).toContain(`role="img" aria-label="${words}"`);
});
