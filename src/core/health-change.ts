import type { StatusChange } from './check-history.js';
import type { CheckRunner } from './check-runner.js';
import type { HealthStatus } from './status.js';

/** The status of an indicator or a composite has changed. */
export interface HealthChange {
  /** The name of the indicator or the composite. */
  readonly indicator: string;
  readonly critical: boolean;
  readonly from: HealthStatus;
  readonly to: HealthStatus;
  readonly at: Date;
  /**
   * How long the previous status lasted, in milliseconds; on a recovery, the duration of the whole outage. Undefined when
   * there was no earlier status.
   */
  readonly lasted: number | undefined;
  readonly message?: string;
  readonly error?: string;
  readonly code?: string;
  /** The value that the check threw or returned. It may contain secrets: use it for the log only, never for a response or a notification. */
  readonly cause?: unknown;
}

export function describeChange(
  { name, isCritical }: Pick<CheckRunner, 'name' | 'isCritical'>,
  { from, to, at, lasted, run }: StatusChange,
): HealthChange {
  const { message, error, code, cause } = run.outcome;
  return {
    indicator: name,
    critical: isCritical,
    from,
    to,
    at: new Date(at.wall),
    lasted,
    ...(message !== undefined && { message }),
    ...(error !== undefined && { error }),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause }),
  };
}
