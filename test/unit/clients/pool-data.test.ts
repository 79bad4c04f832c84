import { describe, expect, it } from 'vitest';
import { poolData, poolResult, saturation } from '../../../src/clients/pool-data.js';

const idle = { max: 3, open: 2, idle: 2, waiting: 0 };
const busy = { max: 3, open: 3, idle: 0, waiting: 4 };

describe('the counts of a pool', () => {
  it('are reported with the same names for all pools, without unknown counts', () => {
    expect(poolData(busy)).toEqual({ pool_max: 3, pool_open: 3, pool_used: 3, pool_idle: 0, pool_waiting: 4 });
    expect(poolData({ open: 2, idle: 1 })).toEqual({ pool_open: 2, pool_used: 1, pool_idle: 1 });
  });

  it('are a problem above the limit, and never without a limit', () => {
    expect(saturation(busy, 4)).toBeUndefined();
    expect(saturation(busy, 3)).toBe('4 callers wait for a connection, more than 3');
    expect(saturation(busy, undefined)).toBeUndefined();
    expect(saturation(undefined, 0)).toBeUndefined();
    expect(saturation({ open: 1, idle: 0 }, 0)).toBeUndefined();
  });

  it('decide as they were before the check; without a problem, the counts after the check are reported', () => {
    expect(poolResult(busy, idle, 3)).toEqual({
      status: 'DEGRADED',
      message: '4 callers wait for a connection, more than 3',
      data: poolData(busy),
    });
    expect(poolResult(busy, idle, undefined)).toEqual({ status: 'UP', data: poolData(idle) });
  });
});
