import { runInNewContext } from 'node:vm';
import { storeKey, storeKeyParts } from 'nest-vitals/stores/memory';
import { expect, it } from 'vitest';
import { checkPrefix, placeOf } from '../../../src/stores/store-key.js';

it('a store key is valid for any texts, and contains the texts', () => {
  const parts = ['fleet', 'orders & co', 'pod:7/a=b*c.d', 'ä\u{1f680}'];
  const key = storeKey('fleet', ...parts.slice(1));
  expect(key).toBe('fleet/orders=20=26=20co/pod=3A7=2Fa=3Db=2Ac.d/=C3=A4=F0=9F=9A=80');
  expect(placeOf(key)).toEqual({ collection: 'fleet', name: key.slice('fleet/'.length) });
  expect(storeKeyParts(key)).toEqual(parts);
});

it('a store key writes the dots of a segment that a URL would interpret as a folder', () => {
  const parts = ['fleet', '..', '.', '...', '.a', 'a..'];
  const key = storeKey('fleet', ...parts.slice(1));
  expect(key).toBe('fleet/=2E=2E/=2E/.../.a/a..');
  expect(storeKeyParts(key)).toEqual(parts);
});

it.each(['', 'fleet', 'fleet/', '/a', 'fleet//a', 'fleet/a b', 'fleet/ä', `fleet/${'a'.repeat(250)}`, 7 as never])(
  'a store key refuses %j',
  (key) => {
    expect(() => placeOf(key)).toThrow(/is malformed: use at least two segments/);
  },
);

it.each(['fleet/..', 'fleet/../pod', './fleet', '../fleet/a', 'fleet/.', 'fleet/a/./b'])(
  'a store key refuses the segment of dots in %j',
  (key) => {
    expect(() => placeOf(key)).toThrow(/is malformed: use .*none of them "\."/);
  },
);

it.each(['../', './', 'fleet/../', 'fleet/..', 'fleet/./a', '../../'])(
  'a store key refuses the segment of dots in the prefix %j',
  (prefix) => {
    expect(() => checkPrefix('watch()', prefix)).toThrow(/no segment "\." or "\.\."/);
  },
);

it.each(['', 'fleet', '/', 'fleet//', 'fleet/a b', undefined as never])(
  'a store key refuses the prefix %j',
  (prefix) => {
    expect(() => checkPrefix('watch()', prefix)).toThrow(/use a collection and a slash/);
  },
);

it.each(['fleet/', 'fleet/orders/', 'fleet/orders/7f', 'fleet/or', 'fleet/.or', 'fleet/a../'])(
  'a store key accepts the prefix %j',
  (prefix) => {
    expect(checkPrefix('watch()', prefix)).toEqual({ collection: 'fleet', name: prefix.slice('fleet/'.length) });
  },
);

it('a store key refuses a malformed prefix at once, however long its segments are', () => {
  const prefix = `config/${'customer-notification-service-production'.repeat(5)}@eu/`;
  const check = (): unknown => checkPrefix('storeSource()', prefix);
  // The time limit ends the test also if the regular expression backtracks without end.
  expect(() => runInNewContext('check()', { check }, { timeout: 2000 })).toThrow(/use a collection and a slash/);
});
