import { expect, it } from 'vitest';
import { formatDuration } from '../../../src/logging/format-duration.js';

it.each([
  [0, '0 ms'],
  [0.4, '0 ms'],
  [850, '850 ms'],
  [850.6, '851 ms'],
  [999.4, '999 ms'],
  [1000, '1 s'],
  [1499, '1 s'],
  [1500, '2 s'],
  [20_000, '20 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_599_499, '59 min 59 s'],
  [3_599_500, '1 h'],
  [3_600_000, '1 h'],
  [3_660_000, '1 h 1 min'],
  [7_500_000, '2 h 5 min'],
  [7_550_000, '2 h 5 min'],
  [86_400_000, '24 h'],
])('the log writes %d ms as %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

it('the log writes a second as 1 s, not as 1000 ms', () => {
  expect(formatDuration(999.6)).toBe('1 s');
});
