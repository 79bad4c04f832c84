import { describe, expect, it } from 'vitest';
import { degraded, down, outOfService, skipped, unknown, up } from '../../../src/core/result.js';

describe('a result', () => {
  it('is UP without a message', () => {
    expect(up()).toStrictEqual({ status: 'UP' });
    expect(up({ pool_size: 10 })).toStrictEqual({ status: 'UP', data: { pool_size: 10 } });
  });

  it.each([
    [degraded, 'DEGRADED'],
    [down, 'DOWN'],
    [outOfService, 'OUT_OF_SERVICE'],
    [unknown, 'UNKNOWN'],
    [skipped, 'SKIPPED'],
  ] as const)('has the status of its function, with a message and data', (create, status) => {
    expect(create('a reason')).toStrictEqual({ status, message: 'a reason' });
    expect(create('a reason', { lag: 3 })).toStrictEqual({ status, message: 'a reason', data: { lag: 3 } });
  });
});
