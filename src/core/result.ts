import { HealthStatus } from './status.js';

/** Facts for an operator, as JSON. Keep them small, with names that explain themselves (`pool_size`, `lag_seconds`). */
export type HealthData = Readonly<Record<string, unknown>>;

/** The result of a check. */
export interface HealthResult {
  readonly status: HealthStatus;
  /** A sentence for the reader of a report. Reports show it unchanged, so it must contain no secret. */
  readonly message?: string;
  readonly data?: HealthData;
}

function result(status: HealthStatus, message?: string, data?: HealthData): HealthResult {
  return { status, ...(message !== undefined && { message }), ...(data !== undefined && { data }) };
}

/** The dependency works. A check that returns nothing reports the same. */
export const up = (data?: HealthData): HealthResult => result(HealthStatus.UP, undefined, data);

/** The dependency works with restrictions: the report is DEGRADED, and the response is still 200. */
export const degraded = (message: string, data?: HealthData): HealthResult =>
  result(HealthStatus.DEGRADED, message, data);

/** The dependency does not work. Reports show this message; they do not show the message of a thrown error. */
export const down = (message: string, data?: HealthData): HealthResult => result(HealthStatus.DOWN, message, data);

/** The dependency is out of service on purpose. */
export const outOfService = (message: string, data?: HealthData): HealthResult =>
  result(HealthStatus.OUT_OF_SERVICE, message, data);

/** The state cannot be determined. */
export const unknown = (message: string, data?: HealthData): HealthResult =>
  result(HealthStatus.UNKNOWN, message, data);

/** There is nothing to check. The indicator does not count in the report. */
export const skipped = (message: string, data?: HealthData): HealthResult =>
  result(HealthStatus.SKIPPED, message, data);
