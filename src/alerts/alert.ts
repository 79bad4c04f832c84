import type { Moment } from '../core/moment.js';
import type { HealthStatus } from '../core/status.js';

/** What an alert is about. */
export interface AlertSubject {
  readonly kind: 'indicator' | 'probe';
  readonly name: string;
}

/** A status that a subject has come to, with what a reader may know of it. */
export interface Observation {
  readonly subject: AlertSubject;
  readonly status: HealthStatus;
  readonly critical: boolean;
  readonly at: Moment;
  readonly error?: string;
  readonly code?: string;
}

/** Something is down, or it is back. */
export interface Alert extends Observation {
  readonly event: 'down' | 'up';
  /** When it went down. */
  readonly since: Moment;
  /** Milliseconds that it was down. Present once it is back. */
  readonly duration?: number;
}
