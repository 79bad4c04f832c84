import { describe, expect, it, vi } from 'vitest';
import { elapsed, isoTime, moment } from '../../../src/core/moment.js';
import { START, advance, timeAfter, useFakeClock } from '../../support/fake-clock.js';

describe('moment', () => {
  useFakeClock();

  it('contains the time of both clocks', async () => {
    const before = moment();
    await advance(250);
    const after = moment();
    expect(after.elapsed - before.elapsed).toBe(250);
    expect([isoTime(before), isoTime(after)]).toStrictEqual([START, timeAfter(250)]);
  });

  it('measures on the monotonic clock', async () => {
    const before = elapsed();
    await advance(10);
    vi.setSystemTime('2001-01-01T00:00:00Z');
    expect(elapsed() - before).toBe(10);
    expect(isoTime(moment())).toBe('2001-01-01T00:00:00.000Z');
  });
});
