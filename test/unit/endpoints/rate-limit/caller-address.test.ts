import { expect, it } from 'vitest';
import { callerAddress } from '../../../../src/endpoints/rate-limit/caller-address.js';
import { healthRequest } from '../../../support/health-request.js';

const addressOf = (ip: unknown, remoteAddress?: string): string =>
  callerAddress({ ...healthRequest(), ip: ip as string, socket: { remoteAddress } });

it.each([
  ['10.0.0.7', '10.0.0.7'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['::FFFF:0a00:0007', '10.0.0.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002:ffff::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::1:0:0:0:1', '2001:db8:0:1::/64'],
  ['1::4:5:6:7:8', '1:0:0:4::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['::10.0.0.7', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('the rate limit counts %s as %s', (ip, counted) => {
  expect(addressOf(ip)).toBe(counted);
});

it("the caller's address is that of the connection if the adapter gives none", () => {
  expect(addressOf(undefined, '10.0.0.7')).toBe('10.0.0.7');
  expect(addressOf('', '::ffff:10.0.0.7')).toBe('10.0.0.7');
});

it.each(['unknown', '10.0.0.7:80', `10.0.0.${'7'.repeat(500)}`, 'evil\nline', 7, {}])(
  "the caller's address ignores a text that is not an address: %j",
  (ip) => {
    expect(addressOf(ip, '10.0.0.8')).toBe('10.0.0.8');
  },
);

it("the caller's address is empty for a connection without an address", () => {
  expect(callerAddress(healthRequest())).toBe('');
  expect(addressOf(undefined)).toBe('');
});
