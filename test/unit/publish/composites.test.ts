import type { HealthReport } from 'nest-vitals';
import { expect, it } from 'vitest';
import { messageOf } from '../../../src/publish/targets/published-health.js';
import { summaryOf } from '../../../src/publish/targets/summary.js';

const REPORT: HealthReport = {
  status: 'DEGRADED',
  timestamp: '2026-01-01T00:00:00.000Z',
  details: {
    database: {
      status: 'DEGRADED',
      critical: true,
      message: 'replica is DOWN',
      details: {
        primary: { status: 'UP', data: { host: '10.0.0.3' }, override: { by: 'alice' } },
        replica: { status: 'DOWN', critical: false, error: 'connection refused', code: 'ECONNREFUSED' },
      },
    },
  },
  service_info: { uptime_seconds: 1 },
};

it('the summary of a published report lists a composite and its failing parts', () => {
  expect(summaryOf(REPORT)).toEqual([
    'DEGRADED',
    'database is DEGRADED: replica is DOWN',
    'database/replica is DOWN: connection refused (ECONNREFUSED)',
  ]);
});

it('a published message has neither data nor authors of overrides, also not in parts', () => {
  const message = messageOf(REPORT, 'orders-1');
  expect(message).not.toMatch(/10\.0\.0\.3|alice/);
  expect(JSON.parse(message)).toMatchObject({
    details: { database: { details: { primary: { status: 'UP' }, replica: { error: 'connection refused' } } } },
  });
});
