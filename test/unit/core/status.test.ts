import { describe, expect, it } from 'vitest';
import { HealthStatus, aggregate, isFailing, isHealthStatus } from '../../../src/core/status.js';

const part = (status: HealthStatus, critical = true): { status: HealthStatus; critical: boolean } => ({
  status,
  critical,
});

describe('isHealthStatus', () => {
  it.each(Object.values(HealthStatus))('accepts %s', (status) => {
    expect(isHealthStatus(status)).toBe(true);
  });

  it.each(['down', 'up', 'unhealthy', '', 'constructor', '__proto__', 'toString', 0, null, undefined, ['UP'], {}])(
    'rejects %j',
    (value) => {
      expect(isHealthStatus(value)).toBe(false);
    },
  );
});

describe('isFailing', () => {
  it.each(['UNKNOWN', 'OUT_OF_SERVICE', 'DOWN'] as const)(
    'is true for %s, which takes an instance out of rotation',
    (status) => {
      expect(isFailing(status)).toBe(true);
    },
  );

  it.each(['SKIPPED', 'UP', 'DEGRADED'] as const)('is false for %s, which keeps an instance in rotation', (status) => {
    expect(isFailing(status)).toBe(false);
  });
});

describe('aggregate', () => {
  it('is UP without members', () => {
    expect(aggregate([])).toBe('UP');
  });

  it('is UP when everything is skipped', () => {
    expect(aggregate([part('SKIPPED'), part('SKIPPED', false)])).toBe('UP');
  });

  it('is the worst status in the order UP, DEGRADED, UNKNOWN, OUT_OF_SERVICE, DOWN', () => {
    const order = ['UP', 'DEGRADED', 'UNKNOWN', 'OUT_OF_SERVICE', 'DOWN'] as const;
    for (const [rank, worse] of order.entries()) {
      for (const better of order.slice(0, rank + 1)) {
        expect(aggregate([part(better), part(worse)])).toBe(worse);
        expect(aggregate([part(worse), part(better)])).toBe(worse);
      }
    }
  });

  it('ignores skipped parts at any position', () => {
    expect(aggregate([part('SKIPPED'), part('DEGRADED'), part('SKIPPED')])).toBe('DEGRADED');
  });

  it.each(['UNKNOWN', 'OUT_OF_SERVICE', 'DOWN', 'DEGRADED'] as const)(
    'is at worst DEGRADED through a non-critical %s',
    (status) => {
      expect(aggregate([part('UP'), part(status, false)])).toBe('DEGRADED');
    },
  );

  it('is UP when a non-critical indicator is UP', () => {
    expect(aggregate([part('UP', false)])).toBe('UP');
  });

  it('prefers a critical failure to a worse failure that is not critical', () => {
    expect(aggregate([part('DOWN', false), part('UNKNOWN')])).toBe('UNKNOWN');
  });
});
