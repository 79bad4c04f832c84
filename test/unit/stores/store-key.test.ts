import { storeKey, storeKeyParts } from 'nest-vitals/stores/memory';
import { expect, it } from 'vitest';
import { checkPrefix, placeOf } from '../../../src/stores/store-key.js';

it('makes a valid key of any texts, and the texts of the key', () => {
  const parts = ['fleet', 'orders & co', 'pod:7/a=b*c.d', 'ä\u{1f680}'];
  const key = storeKey('fleet', ...parts.slice(1));
  expect(key).toBe('fleet/orders=20=26=20co/pod=3A7=2Fa=3Db=2Ac.d/=C3=A4=F0=9F=9A=80');
  expect(placeOf(key)).toEqual({ collection: 'fleet', name: key.slice('fleet/'.length) });
  expect(storeKeyParts(key)).toEqual(parts);
});

it.each(['', 'fleet', 'fleet/', '/a', 'fleet//a', 'fleet/a b', 'fleet/ä', `fleet/${'a'.repeat(250)}`, 7 as never])(
  'refuses %j as a key',
  (key) => {
    expect(() => placeOf(key)).toThrow(/is malformed: use at least two segments/);
  },
);

it.each(['', 'fleet', '/', 'fleet//', 'fleet/a b', undefined as never])('refuses %j as a prefix', (prefix) => {
  expect(() => checkPrefix('watch()', prefix)).toThrow(/use a collection and a slash/);
});

it.each(['fleet/', 'fleet/orders/', 'fleet/orders/7f', 'fleet/or'])('accepts %j as a prefix', (prefix) => {
  expect(checkPrefix('watch()', prefix)).toEqual({ collection: 'fleet', name: prefix.slice('fleet/'.length) });
});
