/**
 * The state of an indicator or of a whole report.
 *
 * - `UP`: works.
 * - `DEGRADED`: works with restrictions: slow, a replica missing, a non-critical dependency down.
 * - `UNKNOWN`: cannot be determined: the check has not run yet, or its last result is too old.
 * - `OUT_OF_SERVICE`: out of service on purpose: starting, in maintenance, shutting down.
 * - `DOWN`: does not work.
 * - `SKIPPED`: not checked (disabled, or its condition is false). It does not count in the status of a report.
 */
export const HealthStatus = {
  UP: 'UP',
  DEGRADED: 'DEGRADED',
  UNKNOWN: 'UNKNOWN',
  OUT_OF_SERVICE: 'OUT_OF_SERVICE',
  DOWN: 'DOWN',
  SKIPPED: 'SKIPPED',
} as const;

export type HealthStatus = (typeof HealthStatus)[keyof typeof HealthStatus];

/** The statuses that a report as a whole can have. */
export type ReportStatus = Exclude<HealthStatus, 'SKIPPED'>;

export const HEALTH_STATUSES: readonly HealthStatus[] = Object.values(HealthStatus);
export const REPORT_STATUSES: readonly ReportStatus[] = HEALTH_STATUSES.filter(
  (status) => status !== HealthStatus.SKIPPED,
);

const SEVERITY: Readonly<Record<HealthStatus, number>> = {
  SKIPPED: 0,
  UP: 1,
  DEGRADED: 2,
  UNKNOWN: 3,
  OUT_OF_SERVICE: 4,
  DOWN: 5,
};

export function isHealthStatus(value: unknown): value is HealthStatus {
  return typeof value === 'string' && Object.hasOwn(SEVERITY, value);
}

/** Whether the first status is more severe than the other one. */
export const isWorse = (status: HealthStatus, other: HealthStatus): boolean => SEVERITY[status] > SEVERITY[other];

/** Whether a status takes an instance out of rotation unless its indicator is non-critical. */
export function isFailing(status: HealthStatus): boolean {
  return SEVERITY[status] > SEVERITY.DEGRADED;
}

/** Whether a report explains the status. */
export const needsAttention = (status: HealthStatus): boolean => status !== 'UP' && status !== 'SKIPPED';

/** The status that counts in a report. A non-critical failure makes the report DEGRADED at worst. */
function contribution(status: HealthStatus, critical: boolean): HealthStatus {
  return !critical && isFailing(status) ? HealthStatus.DEGRADED : status;
}

/** The worst of the given statuses. `UP` when none of them counts. */
export function aggregate(parts: Iterable<{ status: HealthStatus; critical: boolean }>): ReportStatus {
  let worst: ReportStatus = HealthStatus.UP;
  for (const part of parts) {
    const status = contribution(part.status, part.critical);
    if (status !== HealthStatus.SKIPPED && SEVERITY[status] > SEVERITY[worst]) worst = status;
  }
  return worst;
}
