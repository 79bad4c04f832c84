import { expect, it } from 'vitest';
import { rateLimited } from '../../../src/logging/rate-limited.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

it('rateLimited reports the first fault at once, then one per minute with the number of omitted faults', async () => {
  const told: unknown[] = [];
  const tell = rateLimited((fault, leftOut) => told.push([fault, leftOut]));

  for (const fault of ['first', 'second', 'third']) tell(fault);
  expect(told).toEqual([['first', 0]]);

  await advance(59_999);
  tell('fourth');
  expect(told).toHaveLength(1);

  await advance(1);
  tell('fifth');
  tell('sixth');
  expect(told.slice(1)).toEqual([['fifth', 3]]);

  await advance(60_000);
  tell('seventh');
  expect(told.slice(2)).toEqual([['seventh', 1]]);
});
