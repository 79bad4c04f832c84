import type { HealthReport } from '../core/report.js';

/** Answers probes, as `HealthService` does. Injected by the token `HEALTH_REPORTS`. */
export interface HealthReports {
  /** Rejects with `UnknownProbeError` for a name that is none of a probe or a group. */
  report(probe: string): Promise<HealthReport>;
}

/** The same in every copy of the package. */
export const HEALTH_REPORTS = Symbol.for('nest-vitals:health-reports');
