import type { HealthReport } from 'nest-vitals';

/** A report of the probe `ready` with one failing and one passing indicator. */
export const FAILING_REPORT: HealthReport = {
  status: 'DOWN',
  timestamp: '2026-01-01T00:00:00.000Z',
  details: {
    payments: {
      status: 'DOWN',
      critical: true,
      error: 'connection refused',
      code: 'ECONNREFUSED',
      response_time_ms: 12,
    },
    'cache|eu': { status: 'UP', response_time_ms: 3 },
    mail: { status: 'SKIPPED', message: 'disabled' },
  },
  service_info: { uptime_seconds: 1 },
};

export const PASSING_REPORT: HealthReport = { ...FAILING_REPORT, status: 'UP', details: {} };

export const DRAINING_REPORT: HealthReport = { ...PASSING_REPORT, status: 'OUT_OF_SERVICE', reason: 'shutting down' };
