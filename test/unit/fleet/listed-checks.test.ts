import { describe, expect, it } from 'vitest';
import type { HealthStatus } from '../../../src/core/status.js';
import { listAttention, listFailing } from '../../../src/fleet/listed-checks.js';

const checks = (count: number, status: HealthStatus, prefix: string = status): Record<string, HealthStatus> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}-${index}`, status]));

describe('listAttention', () => {
  it('lists the indicators that are not UP', () => {
    const given = { a: 'UP', b: 'DEGRADED', c: 'SKIPPED', d: 'DOWN', e: 'UNKNOWN' } as const;
    expect(listAttention(given)).toStrictEqual({ listed: { b: 'DEGRADED', d: 'DOWN', e: 'UNKNOWN' }, more: 0 });
  });

  it('lists 20 of many indicators, failing ones first, and counts the others', () => {
    const { listed, more } = listAttention({ ...checks(150, 'DEGRADED'), ...checks(12, 'DOWN'), ...checks(38, 'UP') });
    expect(Object.keys(listed)).toHaveLength(20);
    expect(Object.values(listed).filter((status) => status === 'DOWN')).toHaveLength(12);
    expect(more).toBe(142);
  });
});

describe('listFailing', () => {
  it('counts the instances at which each indicator fails', () => {
    const instances = [{ database: 'DOWN' }, { database: 'DOWN', stock: 'DEGRADED' }, { stock: 'DOWN' }] as const;
    expect(listFailing(instances)).toStrictEqual({ listed: { database: 2, stock: 1 }, more: 0 });
  });

  it('lists the 50 indicators that fail at most instances, and counts the others', () => {
    const many = Array.from({ length: 30 }, (_, index) => checks(10, 'DOWN', `only-${index}`));
    const { listed, more } = listFailing([...many, { database: 'DOWN' }, { database: 'DOWN' }]);
    expect(Object.keys(listed)).toHaveLength(50);
    expect(listed).toMatchObject({ database: 2 });
    expect(more).toBe(251);
  });
});
