import { describe, expect, it } from 'vitest';
import { type OutcomeEntry, readOutcome, writeOutcome } from '../../../src/fleet/outcome-entry.js';

const ENTRY: OutcomeEntry = {
  service: 'orders',
  release: '1.4.2 abc',
  indicator: 'rates',
  instance: 'pod-1',
  boot: 'a',
  clock: 12.5,
  age: 0.1,
  status: 'DOWN',
  message: undefined,
  error: 'connection refused',
  code: 'ECONNREFUSED',
};
const SECRET = 'a secret of the fleet';

describe('an outcome in the store', () => {
  it('is read as it was written, with and without a secret', () => {
    expect(readOutcome(writeOutcome(ENTRY, undefined), undefined)).toStrictEqual(ENTRY);
    expect(readOutcome(writeOutcome(ENTRY, SECRET), SECRET)).toStrictEqual(ENTRY);
  });

  it('is refused without the signature, or with a changed text', () => {
    const refused = 'it is not signed with the secret';
    expect(readOutcome(writeOutcome(ENTRY, undefined), SECRET)).toBe(refused);
    expect(readOutcome(writeOutcome(ENTRY, SECRET).replace('DOWN', 'UP'), SECRET)).toBe(refused);
    expect(readOutcome('', SECRET)).toBe(refused);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no object', 'null'],
    ['too long', ' '.repeat(20_000)],
  ])('is refused when it is %s', (because, text) => {
    expect(readOutcome(text, undefined)).toContain(because);
  });

  it.each([
    { service: 5 },
    { release: undefined },
    { indicator: 'x'.repeat(201) },
    { instance: null },
    { boot: {} },
    { clock: -1 },
    { clock: 'now' },
    { age: Number.MAX_VALUE },
    { age: null },
    { status: 'FINE' },
    { message: 'x'.repeat(2000) },
    { error: 7 },
    { code: 'x'.repeat(200) },
  ])('is refused when it is malformed: %o', (change) => {
    expect(readOutcome(JSON.stringify({ ...ENTRY, ...change }), undefined)).toContain('malformed');
  });
});
