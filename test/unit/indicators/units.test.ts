import { expect, it } from 'vitest';
import { bytes, percent, share } from '../../../src/indicators/units.js';

it.each([
  [0, '0 bytes'],
  [0.5, '0.5 bytes'],
  [1023, '1023 bytes'],
  [1024, '1 KiB'],
  [1.5 * 1024 ** 3, '1.5 GiB'],
  [1024 ** 5, '1 PiB'],
  [1024 ** 6, '1024 PiB'],
])('the units show %d bytes as %s', (count, text) => {
  expect(bytes(count)).toBe(text);
});

it('the units show a share as a percentage with one decimal, and keep four decimals in data', () => {
  expect(percent(0.91449)).toBe('91.4 %');
  expect(percent(1)).toBe('100 %');
  expect(share(0.914487)).toBe(0.9145);
});
