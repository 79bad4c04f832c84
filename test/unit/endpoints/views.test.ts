import { describe, expect, it } from 'vitest';
import { wider } from '../../../src/endpoints/health-route.js';
import { project } from '../../../src/extension/visible-report.js';
import type { HealthReport } from '../../../src/core/report.js';

const report: HealthReport = {
  status: 'DOWN',
  reason: 'maintenance',
  timestamp: '2026-11-20T10:30:00.000Z',
  details: {
    database: { status: 'DOWN', critical: true, error: 'connection refused', data: { host: 'db' } },
    cache: { status: 'UP', response_time_ms: 1 },
  },
  service_info: { name: 'orders', uptime_seconds: 5 },
};

describe('project', () => {
  it('shows only the status in the view status', () => {
    expect(project(report, 'status')).toStrictEqual({ status: 'DOWN' });
  });

  it('shows the status of each indicator, the reason and the service in the view components', () => {
    expect(project(report, 'components')).toStrictEqual({
      ...report,
      details: { database: { status: 'DOWN' }, cache: { status: 'UP' } },
    });
  });

  it('shows everything in the view full', () => {
    expect(project(report, 'full')).toStrictEqual(report);
  });

  it('keeps the order of status first', () => {
    expect(Object.keys(project(report, 'components'))).toStrictEqual(Object.keys(report));
  });
});

describe('wider', () => {
  it.each([
    ['status', 'components', 'components'],
    ['status', 'full', 'full'],
    ['components', 'full', 'full'],
    ['full', 'full', 'full'],
    ['status', 'status', 'status'],
  ] as const)('of %s and %s is %s, in either order', (one, other, expected) => {
    expect([wider(one, other), wider(other, one)]).toStrictEqual([expected, expected]);
  });
});
