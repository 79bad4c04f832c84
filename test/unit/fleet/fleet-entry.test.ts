import { describe, expect, it } from 'vitest';
import { type FleetEntry, readEntry, writeEntry } from '../../../src/fleet/fleet-entry.js';

const PLACE = { service: 'orders', instance: 'pod-1' };
const ENTRY: FleetEntry = {
  ...PLACE,
  boot: 'a',
  beat: 3,
  heartbeat: 5000,
  version: '1.4.2',
  commit: undefined,
  phase: 'accepting',
  phaseFor: 12,
  ready: 'DEGRADED',
  readyFor: 0,
  wasReady: true,
  checks: Object.assign(Object.create(null) as object, { database: 'DOWN', cache: 'UP' } as const),
};
const SECRET = 'a secret of the fleet';

describe('fleet entries', () => {
  it('are read as they were written, signed or not', () => {
    expect(readEntry(writeEntry(ENTRY, undefined), PLACE, undefined)).toStrictEqual(ENTRY);
    expect(readEntry(writeEntry(ENTRY, SECRET), PLACE, SECRET)).toStrictEqual(ENTRY);
  });

  it('name each dependency once', () => {
    const value = writeEntry({ ...ENTRY, dependsOn: ['payments', 'stock', 'payments'] }, undefined);
    expect(readEntry(value, PLACE, undefined)).toStrictEqual({ ...ENTRY, dependsOn: ['payments', 'stock'] });
  });

  it.each([
    ['without a signature', writeEntry(ENTRY, undefined)],
    ['with the signature of another secret', writeEntry(ENTRY, 'another secret 123')],
    ['changed after the signature', writeEntry(ENTRY, SECRET).replace('DOWN', 'UP')],
    ['empty', ''],
  ])('are refused with a secret when they are %s', (_, value) => {
    expect(readEntry(value, PLACE, SECRET)).toBe('it is not signed with the secret');
  });

  it.each([
    ['{', 'it is no JSON'],
    ['[]', 'it is no object'],
    ['null', 'it is no object'],
    [JSON.stringify({ ...ENTRY, service: 'payments' }), 'it names another instance than its key'],
    [JSON.stringify({ ...ENTRY, instance: 'pod-2' }), 'it names another instance than its key'],
    [JSON.stringify({ ...ENTRY, boot: '' }), 'a text is malformed'],
    [JSON.stringify({ ...ENTRY, version: 5 }), 'a text is malformed'],
    [JSON.stringify({ ...ENTRY, commit: 'x'.repeat(201) }), 'a text is malformed'],
    [JSON.stringify({ ...ENTRY, beat: -1 }), 'a number is malformed'],
    [JSON.stringify({ ...ENTRY, phaseFor: '1' }), 'a number is malformed'],
    [JSON.stringify({ ...ENTRY, readyFor: 1e300 }), 'a number is malformed'],
    // The moment would be before the first date that JavaScript knows.
    [JSON.stringify({ ...ENTRY, phaseFor: Number.MAX_SAFE_INTEGER }), 'a number is malformed'],
    [JSON.stringify({ ...ENTRY, heartbeat: 0 }), 'its heartbeat is malformed'],
    [JSON.stringify({ ...ENTRY, heartbeat: 3_600_001 }), 'its heartbeat is malformed'],
    [JSON.stringify({ ...ENTRY, phase: 'lost' }), 'its state is malformed'],
    [JSON.stringify({ ...ENTRY, ready: 'FINE' }), 'its state is malformed'],
    [JSON.stringify({ ...ENTRY, wasReady: 'yes' }), 'its state is malformed'],
    [JSON.stringify({ ...ENTRY, checks: [] }), 'its checks are malformed'],
    [JSON.stringify({ ...ENTRY, checks: { database: 'FINE' } }), 'its checks are malformed'],
    [JSON.stringify({ ...ENTRY, checks: { ['x'.repeat(201)]: 'UP' } }), 'its checks are malformed'],
    [JSON.stringify({ ...ENTRY, dependsOn: 'payments' }), 'its dependencies are malformed'],
    [JSON.stringify({ ...ENTRY, dependsOn: [''] }), 'its dependencies are malformed'],
    [
      JSON.stringify({ ...ENTRY, dependsOn: Array.from({ length: 51 }, (_, n) => `s${n}`) }),
      'its dependencies are malformed',
    ],
    [
      JSON.stringify({ ...ENTRY, checks: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`c${n}`, 'UP'])) }),
      'its checks are malformed',
    ],
  ])('refuses %s', (value, because) => {
    expect(readEntry(value, PLACE, undefined)).toBe(because);
  });

  it('does not take a check named __proto__ for the prototype', () => {
    const entry = readEntry(
      JSON.stringify({ ...ENTRY, checks: {} }).replace('"checks":{}', '"checks":{"__proto__":"DOWN"}'),
      PLACE,
      undefined,
    );
    expect(typeof entry === 'string' ? entry : Object.keys(entry.checks)).toStrictEqual(['__proto__']);
  });
});
