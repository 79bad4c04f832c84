import { describe, expect, it } from 'vitest';
import { partName, statusOfParts } from '../../../src/core/composite.js';
import { flatDetails } from '../../../src/core/composite-detail.js';
import { HEALTH_STATUSES, type HealthStatus } from '../../../src/core/status.js';

const parts = (...statuses: HealthStatus[]) =>
  statuses.map((status) => ({ status, critical: true, isTolerated: false }));
const all = { atLeast: undefined, critical: true };
const any = { atLeast: 1, critical: true };
const two = { atLeast: 2, critical: true };

describe('the status of a composite', () => {
  it.each([
    [['UP', 'UP'], 'UP'],
    [['UP', 'DEGRADED'], 'DEGRADED'],
    [['UP', 'DOWN'], 'DOWN'],
    [['UNKNOWN', 'UP'], 'UNKNOWN'],
    [['SKIPPED', 'UP'], 'UP'],
    [['SKIPPED', 'SKIPPED'], 'SKIPPED'],
  ] as const)('of all %j is %s', (statuses, status) => {
    expect(statusOfParts(parts(...statuses), all)).toBe(status);
  });

  it.each([
    [['UP', 'UP'], 'UP'],
    [['UP', 'DEGRADED'], 'DEGRADED'],
    [['UP', 'DOWN'], 'DEGRADED'],
    [['DEGRADED', 'UNKNOWN'], 'DEGRADED'],
    [['OUT_OF_SERVICE', 'UNKNOWN'], 'OUT_OF_SERVICE'],
    [['DOWN', 'DOWN'], 'DOWN'],
    [['SKIPPED', 'DOWN'], 'DOWN'],
    [['SKIPPED', 'UP'], 'UP'],
    [['SKIPPED', 'SKIPPED'], 'SKIPPED'],
  ] as const)('of any of %j is %s', (statuses, status) => {
    expect(statusOfParts(parts(...statuses), any)).toBe(status);
  });

  it.each([
    [['UP', 'UP', 'DOWN'], 'DEGRADED'],
    [['UP', 'DOWN', 'UNKNOWN'], 'DOWN'],
    [['UP'], 'UP'],
    [['DOWN'], 'DOWN'],
    [['UP', 'DOWN'], 'DOWN'],
    [['UP', 'DOWN', 'SKIPPED'], 'DOWN'],
  ] as const)('with at least two of %j is %s', (statuses, status) => {
    expect(statusOfParts(parts(...statuses), two)).toBe(status);
  });

  it.each(HEALTH_STATUSES)('is %s when its only part is, with each aggregation', (status) => {
    expect([all, any, two].map((settings) => statusOfParts(parts(status), settings))).toEqual([status, status, status]);
  });

  it('is degraded by a non-critical part with aggregation all; other aggregations count it like any part', () => {
    const harmless = { status: 'DOWN', critical: false, isTolerated: false } as const;
    expect(statusOfParts([...parts('UP'), harmless], all)).toBe('DEGRADED');
    expect(statusOfParts([harmless], any)).toBe('DOWN');
  });

  it('is degraded by a tolerated failure', () => {
    const tolerated = { status: 'DOWN', critical: true, isTolerated: true } as const;
    expect([all, any, two].map((settings) => statusOfParts([tolerated, tolerated], settings))).toEqual([
      'DEGRADED',
      'DEGRADED',
      'DEGRADED',
    ]);
  });
});

it('partName splits the name of a part at its slash', () => {
  expect(partName('database/primary')).toEqual({ composite: 'database', part: 'primary' });
  expect(partName('database')).toBeUndefined();
});

it("flatDetails reads the details of another service's report, whatever they contain", () => {
  const details = { a: { status: 'UP', details: 'text' }, b: { status: 'UP', details: { c: { status: 'DOWN' } } } };
  expect([...flatDetails<object>(details)].map(([name]) => name)).toEqual(['a', 'b', 'b/c']);
});
