import { describe, expect, it } from 'vitest';
import { type OutcomeEntry, readOutcome, writeOutcome } from '../../../src/fleet/outcome-entry.js';
import { readSigned } from '../../../src/fleet/signed-text.js';

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
  isConfirmed: true,
  acknowledged: [['b', 7, 12]],
};
const SECRET = 'a secret of the fleet';
const KEY = 'fleet-outcomes.production/orders/0a1b';

const read = (key: string, value: string, secret?: string): OutcomeEntry | string =>
  readOutcome(readSigned(key, value, secret));
const write = (entry: OutcomeEntry, secret?: string): string => writeOutcome(KEY, entry, secret);

describe('an outcome in the store', () => {
  it('is read back unchanged, with and without a secret', () => {
    expect(read(KEY, write(ENTRY), undefined)).toStrictEqual(ENTRY);
    expect(read(KEY, write(ENTRY, SECRET), SECRET)).toStrictEqual(ENTRY);
  });

  it('is read when its texts and its list have the maximum length', () => {
    const text = '\u0000'.repeat(1000);
    const boot = '0'.repeat(36);
    const acknowledged = Array.from({ length: 500 }, () => [boot, 99_999_999_999, 99_999_999_999] as const);
    const value = write({ ...ENTRY, error: text, message: text, acknowledged }, SECRET);
    expect(read(KEY, value, SECRET)).toMatchObject({ error: text, message: text });
    // The limit of a store.
    expect(value.length).toBeLessThan(65_536);
  });

  it('is refused without the signature, or with a changed text', () => {
    const refused = 'it is not signed with the secret';
    expect(read(KEY, write(ENTRY), SECRET)).toBe(refused);
    expect(read(KEY, write(ENTRY, SECRET).replace('DOWN', 'UP'), SECRET)).toBe(refused);
    expect(read(KEY, '', SECRET)).toBe(refused);
  });

  it('is refused, signed or not, when it was copied from the key of another environment', () => {
    const staging = 'fleet-outcomes.staging/orders/0a1b';
    for (const secret of [undefined, SECRET]) {
      const value = writeOutcome(staging, ENTRY, secret);
      expect(read(staging, value, secret)).toStrictEqual(ENTRY);
      expect(read(KEY, value, secret)).toBe('it was written for another key');
    }
  });

  it.each([
    ['not JSON', '{'],
    ['not an object', '[]'],
    ['not an object', 'null'],
    ['too long', ' '.repeat(60_000)],
  ])('is refused when it is %s', (because, text) => {
    expect(read(KEY, `${KEY}\n${text}`, undefined)).toContain(because);
  });

  it.each([
    { service: 5 },
    { release: undefined },
    { indicator: 'x'.repeat(201) },
    { instance: null },
    { boot: {} },
    { isConfirmed: undefined },
    { clock: -1 },
    { clock: 'now' },
    { age: Number.MAX_VALUE },
    { age: null },
    { status: 'FINE' },
    { message: 'x'.repeat(2000) },
    { error: 7 },
    { code: 'x'.repeat(200) },
    { acknowledged: undefined },
    { acknowledged: ['b'] },
    { acknowledged: [['b', 7]] },
    { acknowledged: [['b', '7', 12]] },
    { acknowledged: [['b', 7, -1]] },
    { acknowledged: [['x'.repeat(201), 7, 12]] },
    { acknowledged: Array.from({ length: 501 }, () => ['b', 7, 12]) },
  ])('is refused when it is malformed: %o', (change) => {
    expect(read(KEY, write({ ...ENTRY, ...change } as OutcomeEntry), undefined)).toContain('malformed');
  });
});
