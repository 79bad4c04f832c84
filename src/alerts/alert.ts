import type { Moment } from '../core/moment.js';
import type { HealthStatus } from '../core/status.js';

/** The indicator or probe that an alert is about. */
export interface AlertSubject {
  readonly kind: 'indicator' | 'probe';
  readonly name: string;
}

/** A new status of a subject, with the texts that callers of the endpoints may see. */
export interface Observation {
  readonly subject: AlertSubject;
  readonly status: HealthStatus;
  readonly critical: boolean;
  readonly at: Moment;
  readonly error?: string;
  readonly code?: string;
}

/** A message that a subject is down or has recovered. */
export interface Alert extends Observation {
  readonly event: 'down' | 'up';
  /** Start of the outage. */
  readonly since: Moment;
  /** Duration of the outage in milliseconds. Present in the message about the recovery. */
  readonly duration?: number;
}
