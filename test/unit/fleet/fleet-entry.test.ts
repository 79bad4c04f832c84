import { describe, expect, it } from 'vitest';
import { type FleetEntry, readEntry, writeEntry } from '../../../src/fleet/fleet-entry.js';
import { readSigned } from '../../../src/fleet/signed-text.js';

const KEY = 'fleet.production/orders/pod=3A1';
const ENTRY: FleetEntry = {
  service: 'orders',
  instance: 'pod:1',
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
  checksFor: undefined,
  live: undefined,
  liveFor: undefined,
  dependsOn: undefined,
};
const SECRET = 'a secret of the fleet';

const read = (key: string, value: string, secret?: string): FleetEntry | string =>
  readEntry(key, readSigned(key, value, secret));
const write = (entry: object, secret?: string): string => writeEntry(KEY, entry as FleetEntry, secret);
const changed = (change: object): string => write({ ...ENTRY, ...change });

describe('fleet entries', () => {
  it('are read back unchanged, signed or not', () => {
    expect(read(KEY, write(ENTRY), undefined)).toStrictEqual(ENTRY);
    expect(read(KEY, write(ENTRY, SECRET), SECRET)).toStrictEqual(ENTRY);
  });

  it('contain each dependency once', () => {
    const value = changed({ dependsOn: ['payments', 'stock', 'payments'] });
    expect(read(KEY, value, undefined)).toStrictEqual({ ...ENTRY, dependsOn: ['payments', 'stock'] });
  });

  it('contain since when indicators and live are not UP, or not, as those of earlier versions', () => {
    const times = { checksFor: { database: 61_000 }, live: 'DOWN', liveFor: 5 };
    const read61 = read(KEY, changed(times), undefined);
    expect(read61).toMatchObject(times);
    expect(read(KEY, write(ENTRY), undefined)).toMatchObject({ checksFor: undefined, live: undefined });
  });

  it('have the checks and dependencies of the earlier entry while they are the same', () => {
    const readAfter = (earlier: FleetEntry | undefined, change: object): FleetEntry =>
      readEntry(KEY, readSigned(KEY, changed(change), undefined), earlier) as FleetEntry;
    const first = readAfter(undefined, { dependsOn: ['stock'] });
    const second = readAfter(first, { beat: 4, dependsOn: ['stock'] });
    expect(second).toStrictEqual({ ...first, beat: 4 });
    expect(second.checks).toBe(first.checks);
    expect(second.dependsOn).toBe(first.dependsOn);
    for (const checks of [
      { database: 'UP', cache: 'UP' },
      { database: 'DOWN' },
      { database: 'DOWN', cache: 'UP', queue: 'UP' },
    ]) {
      expect(readAfter(first, { checks }).checks).toEqual(checks);
    }
    expect(readAfter(first, { dependsOn: ['stock', 'payments'] }).dependsOn).toEqual(['stock', 'payments']);
    expect(readAfter(first, { dependsOn: ['payments'] }).dependsOn).toEqual(['payments']);
    expect(readAfter(first, {}).dependsOn).toBeUndefined();
    expect(readAfter(first, { checks: { database: 'FINE', cache: 'UP' } })).toBe('its checks are malformed');
  });

  it('fit into the limit of the stores with the longest names', () => {
    const name = (index: number): string => String(index).padStart(200, 'x');
    const names = Array.from({ length: 200 }, (_, index) => name(index));
    const value = changed({
      checks: Object.fromEntries(names.map((each) => [each, 'OUT_OF_SERVICE'])),
      checksFor: Object.fromEntries(names.slice(0, 20).map((each) => [each, 3_000_000_000_000])),
      live: 'OUT_OF_SERVICE',
      liveFor: 3_000_000_000_000,
      dependsOn: names.slice(0, 50),
      version: name(0),
      commit: name(0),
    });
    expect(read(KEY, value, undefined)).toBeTypeOf('object');
    expect(Buffer.byteLength(value)).toBeLessThan(65_536);
  });

  it.each([
    ['without a signature', write(ENTRY)],
    ['with the signature of another secret', write(ENTRY, 'another secret 123')],
    ['changed after the signature', write(ENTRY, SECRET).replace('DOWN', 'UP')],
    ['empty', ''],
  ])('are refused with a secret when they are %s', (_, value) => {
    expect(read(KEY, value, SECRET)).toBe('it is not signed with the secret');
  });

  it.each([
    ['another environment', 'fleet.staging/orders/pod=3A1'],
    ['another service', 'fleet.production/payments/pod=3A1'],
    ['another instance', 'fleet.production/orders/pod=3A11'],
  ])('are refused, signed or not, when they were copied from the key of %s', (_, key) => {
    for (const secret of [undefined, SECRET]) {
      const value = writeEntry(key, ENTRY, secret);
      expect(read(key, value, secret)).toMatchObject({ ready: 'DEGRADED' });
      expect(read(KEY, value, secret)).toBe('it was written for another key');
    }
  });

  it.each(['fleet.production/orders', 'fleet.production/orders/pod/1', 'fleet.production/orders/pod=2D1'])(
    'are refused at the key %s, which is not the key of an instance',
    (key) => {
      expect(read(key, writeEntry(key, ENTRY, SECRET), SECRET)).toBe('its key is malformed');
    },
  );

  it.each([
    ['{}', 'it does not name its key'],
    [`${KEY}\n{`, 'it is not JSON'],
    [`${KEY}\n[]`, 'it is not an object'],
    [`${KEY}\nnull`, 'it is not an object'],
    [changed({ boot: '' }), 'a text is malformed'],
    [changed({ version: 5 }), 'a text is malformed'],
    [changed({ commit: 'x'.repeat(201) }), 'a text is malformed'],
    [changed({ beat: -1 }), 'a number is malformed'],
    [changed({ phaseFor: '1' }), 'a number is malformed'],
    [changed({ readyFor: 1e300 }), 'a number is malformed'],
    // The time would be before the first date that JavaScript can represent.
    [changed({ phaseFor: Number.MAX_SAFE_INTEGER }), 'a number is malformed'],
    [changed({ heartbeat: 0 }), 'its heartbeat is malformed'],
    [changed({ heartbeat: 3_600_001 }), 'its heartbeat is malformed'],
    [changed({ phase: 'lost' }), 'its state is malformed'],
    [changed({ ready: 'FINE' }), 'its state is malformed'],
    [changed({ wasReady: 'yes' }), 'its state is malformed'],
    [changed({ checks: [] }), 'its checks are malformed'],
    [changed({ checks: { database: 'FINE' } }), 'its checks are malformed'],
    [changed({ checks: { ['x'.repeat(201)]: 'UP' } }), 'its checks are malformed'],
    [changed({ checksFor: [] }), 'the times of its checks are malformed'],
    [changed({ checksFor: { database: -1 } }), 'the times of its checks are malformed'],
    [changed({ checksFor: { database: 1.5 } }), 'the times of its checks are malformed'],
    [changed({ checksFor: { database: '1' } }), 'the times of its checks are malformed'],
    [changed({ checksFor: { database: Number.MAX_SAFE_INTEGER } }), 'the times of its checks are malformed'],
    [changed({ checksFor: { stock: 1 } }), 'the times of its checks are malformed'],
    [changed({ checksFor: { toString: 1 } }), 'the times of its checks are malformed'],
    [changed({ live: 'FINE', liveFor: 1 }), 'its live state is malformed'],
    [changed({ live: 'DOWN' }), 'its live state is malformed'],
    [changed({ live: 'DOWN', liveFor: -1 }), 'its live state is malformed'],
    [changed({ liveFor: 1 }), 'its live state is malformed'],
    [changed({ dependsOn: 'payments' }), 'its dependencies are malformed'],
    [changed({ dependsOn: [''] }), 'its dependencies are malformed'],
    [changed({ dependsOn: Array.from({ length: 51 }, (_, n) => `s${n}`) }), 'its dependencies are malformed'],
    [
      changed({ checks: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`c${n}`, 'UP'])) }),
      'its checks are malformed',
    ],
  ])('refuses %s', (value, because) => {
    expect(read(KEY, value, undefined)).toBe(because);
  });

  it('accepts a check named __proto__ without changing a prototype', () => {
    const entry = read(KEY, changed({ checks: {} }).replace('"checks":{}', '"checks":{"__proto__":"DOWN"}'), undefined);
    expect(typeof entry === 'string' ? entry : Object.keys(entry.checks)).toStrictEqual(['__proto__']);
  });
});
