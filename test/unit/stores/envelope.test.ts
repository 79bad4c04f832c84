import { expect, it } from 'vitest';
import { unwrap, wrap } from '../../../src/stores/envelope.js';

it.each([
  ['{"a":1}', undefined, '{"a":1}'],
  ['{"a":1}', 15_000, '~15000:{"a":1}'],
  ['~5:a', undefined, '~:~5:a'],
  ['~', undefined, '~:~'],
  ['', 1000, '~1000:'],
  ['', undefined, ''],
])('the envelope stores the value %j with the time %s as %j, and reads it', (value, expiresIn, text) => {
  expect(wrap(value, expiresIn)).toBe(text);
  expect(unwrap(text)).toEqual({ value, expiresIn });
});
