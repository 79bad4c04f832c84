import { expect, it } from 'vitest';
import { RateLimiter } from '../../../../src/endpoints/rate-limit/rate-limiter.js';
import { healthRequest } from '../../../support/health-request.js';
import { retainedBytes } from '../../../support/garbage.js';

const MEGABYTE = 1024 * 1024;
/** With an entry for each address, the limiter would retain more than 20 MB. */
const ADDRESSES = 200_000;
const from = (index: number) => ({
  ...healthRequest(),
  ip: `2001:db8:${(index >> 16).toString(16)}:${(index & 65_535).toString(16)}::1`,
});

it('RateLimiter retains less than 6 MB for 200,000 addresses, and limits each of them', async () => {
  const limiter = new RateLimiter('deep', { requests: 1, window: 3_600_000 });
  const before = await retainedBytes();
  let refused = 0;
  for (let index = 0; index < ADDRESSES; index += 1) {
    const request = from(index);
    limiter.count(request);
    if (index % 100 === 0 && limiter.count(request).isExceeded) refused += 1;
  }
  const after = await retainedBytes();
  expect(refused).toBe(ADDRESSES / 100);
  expect(after - before).toBeLessThan(6 * MEGABYTE);
  // The limiter must not be collected before it is measured.
  expect(limiter.count(from(ADDRESSES - 1), 0)).toMatchObject({ isExceeded: true });
}, 120_000);
