import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/errors/nearest.js';

describe('nearest', () => {
  it.each([
    ['dedline', 'deadline'],
    ['Timeout', 'timeout'],
    ['tiemout', 'timeout'],
    ['ttll', 'ttl'],
    ['maxage', 'maxAge'],
  ])('%s is most similar to %s', (given, word) => {
    expect(nearest(given, ['ttl', 'maxAge', 'deadline', 'timeout', 'when'])).toBe(word);
  });

  it.each(['', 'x', 'port', 'retries', 'a'.repeat(10_000)])('%s is not similar to any option', (given) => {
    expect(nearest(given, ['ttl', 'deadline', 'timeout', 'when'])).toBeUndefined();
  });
});
