import type { Moment } from '../core/moment.js';
import type { HealthStatus } from '../core/status.js';

/** The subject of an alert. `process`: the event loop of this process. */
export interface AlertSubject {
  readonly kind: 'indicator' | 'probe' | 'process';
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

/** The instances of the service that an outage affects. */
export interface AffectedInstances {
  readonly affected: number;
  /** The number of instances of the service. Undefined: unknown. */
  readonly total: number | undefined;
  /** The names of affected instances. The list may be incomplete. */
  readonly names: readonly string[];
}

/** A message that a subject is down or has recovered, or that the event loop was blocked. */
export interface Alert extends Observation {
  readonly event: 'down' | 'up' | 'stall';
  /** Start of the outage or the stall. */
  readonly since: Moment;
  /** Milliseconds. Present in the message about the recovery, and about a stall, which has ended. */
  readonly duration?: number;
  /** Present when the message is for all instances of the service. In the message about the recovery: those that were affected. */
  readonly instances?: AffectedInstances;
  /** The position of this message among those about the outage, from 1. Default: 1. */
  readonly edition?: number;
}
