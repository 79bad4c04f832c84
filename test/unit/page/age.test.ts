import { expect, it } from 'vitest';
import { formatAge } from '../../../src/page/age.js';

it.each([
  [-5000, '0 s'],
  [400, '0 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [3_599_000, '59 min'],
  [3_600_000, '1 h'],
  [12_000_000, '3 h 20 min'],
  [86_400_000, '1 d'],
  [190_800_000, '2 d 5 h'],
])('the page shows an age of %d ms as %s', (milliseconds, words) => {
  expect(formatAge(milliseconds)).toBe(words);
});
