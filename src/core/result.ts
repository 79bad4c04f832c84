import { HealthStatus } from './status.js';

/** Facts for an operator, as JSON: small, and named so that they explain themselves (`pool_size`, `lag_seconds`). */
export type HealthData = Readonly<Record<string, unknown>>;

/** What one check returns. */
export interface HealthResult {
  readonly status: HealthStatus;
  /** A sentence for the reader of a report. It is shown as it is, so it must hold nothing secret. */
  readonly message?: string;
  readonly data?: HealthData;
}

function result(status: HealthStatus, message?: string, data?: HealthData): HealthResult {
  return { status, ...(message !== undefined && { message }), ...(data !== undefined && { data }) };
}

/** It works. Returning nothing from a check says the same. */
export const up = (data?: HealthData): HealthResult => result(HealthStatus.UP, undefined, data);

/** It works, but not as it should: the report is DEGRADED and still answers 200. */
export const degraded = (message: string, data?: HealthData): HealthResult =>
  result(HealthStatus.DEGRADED, message, data);

/** It does not work. The words are shown to the reader; a thrown error's are not. */
export const down = (message: string, data?: HealthData): HealthResult => result(HealthStatus.DOWN, message, data);

/** It was taken out of service on purpose. */
export const outOfService = (message: string, data?: HealthData): HealthResult =>
  result(HealthStatus.OUT_OF_SERVICE, message, data);

/** Nobody can say. */
export const unknown = (message: string, data?: HealthData): HealthResult =>
  result(HealthStatus.UNKNOWN, message, data);

/** There is nothing to check here, and the report does not count it. */
export const skipped = (message: string, data?: HealthData): HealthResult =>
  result(HealthStatus.SKIPPED, message, data);
