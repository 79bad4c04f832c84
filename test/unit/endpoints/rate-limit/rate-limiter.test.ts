import { describe, expect, it } from 'vitest';
import { RateLimiter } from '../../../../src/endpoints/rate-limit/rate-limiter.js';
import type { HealthRequest } from '../../../../src/options/health-module-options.js';
import { advance, useFakeClock } from '../../../support/fake-clock.js';
import { healthRequest } from '../../../support/health-request.js';

const from = (ip: string): HealthRequest => ({ ...healthRequest('/health/deep'), ip });
const CALLER = from('10.0.0.7');

/** The number of allowed requests among this number of requests. */
const allowed = (limiter: RateLimiter, requests: number, caller = CALLER): number =>
  Array.from({ length: requests }, () => limiter.count(caller)).filter(({ isExceeded }) => !isExceeded).length;

describe('RateLimiter', () => {
  useFakeClock();

  it.each([
    [1, 1000],
    [3, 1000],
    [7, 10_000],
    [20, 60_000],
    [9973, 86_400_000],
  ])('allows %i requests in %i ms at once, and then one in each share of the time', async (requests, window) => {
    const limiter = new RateLimiter('deep', { requests, window });
    expect(allowed(limiter, requests + 5)).toBe(requests);
    await advance(Math.ceil(window / requests) - 1);
    expect(allowed(limiter, 2)).toBe(0);
    await advance(1);
    expect(allowed(limiter, 2)).toBe(1);
    await advance(window + 1);
    expect(allowed(limiter, requests + 5)).toBe(requests);
  });

  it('does not count the requests above the limit', async () => {
    const limiter = new RateLimiter('deep', { requests: 2, window: 10_000 });
    for (let second = 0; second < 50; second += 1) {
      expect(allowed(limiter, 100)).toBe(second === 0 ? 2 : Number(second % 5 === 0));
      await advance(1000);
    }
  });

  it('counts each address separately, and all addresses of an IPv6 network together', () => {
    const limiter = new RateLimiter('deep', { requests: 2, window: 1000 });
    expect(allowed(limiter, 3)).toBe(2);
    expect(allowed(limiter, 3, from('10.0.0.8'))).toBe(2);
    expect(allowed(limiter, 1, from('2001:db8::1'))).toBe(1);
    expect(allowed(limiter, 3, from('2001:db8::2'))).toBe(1);
    expect(allowed(limiter, 3, from('2001:db8:0:1::2'))).toBe(2);
  });

  it('reports the limit, the remaining requests, and the time until more are allowed', async () => {
    const limiter = new RateLimiter('deep', { requests: 3, window: 60_000 });
    const policy = { 'ratelimit-policy': '"deep";q=3;w=60' };
    expect(limiter.count(CALLER).headers).toEqual({ ...policy, ratelimit: '"deep";r=2;t=20' });
    await advance(500);
    expect(limiter.count(CALLER).headers).toEqual({ ...policy, ratelimit: '"deep";r=1;t=20' });
    expect(limiter.count(CALLER).headers).toEqual({ ...policy, ratelimit: '"deep";r=0;t=20' });
    await advance(5000);
    expect(limiter.count(CALLER)).toEqual({
      isExceeded: true,
      headers: { ...policy, ratelimit: '"deep";r=0;t=15', 'retry-after': '15' },
    });
    await advance(14_499);
    expect(limiter.count(CALLER).headers).toEqual({ ...policy, ratelimit: '"deep";r=0;t=1', 'retry-after': '1' });
    await advance(1);
    expect(limiter.count(CALLER).isExceeded).toBe(false);
  });

  it('allows the request again after the seconds of Retry-After', async () => {
    const limiter = new RateLimiter('deep', { requests: 7, window: 9500 });
    allowed(limiter, 7);
    const { 'retry-after': seconds, 'ratelimit-policy': policy } = limiter.count(CALLER).headers;
    expect(policy).toBe('"deep";q=7;w=10');
    await advance(Number(seconds) * 1000);
    expect(limiter.count(CALLER).isExceeded).toBe(false);
  });

  it('tells whether a caller has exceeded the limit, without counting', async () => {
    const limiter = new RateLimiter('failed-keys', { requests: 2, window: 10_000 });
    for (let index = 0; index < 5; index += 1) expect(limiter.count(CALLER, 0).isExceeded).toBe(false);
    expect(allowed(limiter, 2)).toBe(2);
    expect(limiter.count(CALLER, 0)).toMatchObject({ isExceeded: true, headers: { 'retry-after': '5' } });
    expect(limiter.count(from('10.0.0.8'), 0).isExceeded).toBe(false);
    await advance(5000);
    expect(limiter.count(CALLER, 0).isExceeded).toBe(false);
    expect(allowed(limiter, 2)).toBe(1);
  });

  it('undoes the count of a request', () => {
    const limiter = new RateLimiter('failed-keys', { requests: 2, window: 10_000 });
    limiter.count(CALLER, -1);
    expect(allowed(limiter, 3)).toBe(2);
    limiter.count(CALLER, -1);
    expect(allowed(limiter, 3)).toBe(1);
  });

  it('is unused until the first request is counted', () => {
    const limiter = new RateLimiter('failed-keys', { requests: 2, window: 10_000 });
    expect(limiter.isUnused).toBe(true);
    limiter.count(CALLER);
    expect(limiter.isUnused).toBe(false);
  });

  it('reports the address of each request above the limit', () => {
    const addresses: string[] = [];
    const limiter = new RateLimiter('failed-keys', { requests: 1, window: 1000 }, (address) => addresses.push(address));
    limiter.count(from('2001:db8::1'));
    expect(addresses).toEqual([]);
    limiter.count(from('2001:db8::2'));
    limiter.count(from('2001:db8::3'), 0);
    expect(addresses).toEqual(['2001:db8:0:0::/64', '2001:db8:0:0::/64']);
  });

  it('remembers an address that keeps sending while thousands of other addresses arrive', () => {
    const limiter = new RateLimiter('deep', { requests: 10, window: 60_000 });
    expect(allowed(limiter, 9)).toBe(9);
    for (let index = 0; index < 5000; index += 1) limiter.count(from(`10.1.${index >> 8}.${index & 255}`));
    expect(allowed(limiter, 5)).toBe(1);
    for (let index = 0; index < 9000; index += 1) limiter.count(from(`10.2.${index >> 8}.${index & 255}`));
    expect(allowed(limiter, 5)).toBe(0);
  });
});
