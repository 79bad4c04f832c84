import type { HealthStatus } from '../../core/status.js';
import type { FleetLink } from '../../extension/fleet-link.js';
import type { Alert, AlertSubject } from '../alert.js';
import type { DeliveryTerms } from '../delivery.js';

export interface FleetChannelSettings {
  readonly link: FleetLink;
  /** Identifies the target, the same on all instances. */
  readonly topic: string;
  /** The statuses that count as an outage. */
  readonly bad: readonly HealthStatus[];
  /** The status that a subject has on this instance. Undefined: there is no such subject. */
  readonly ownStatus: (subject: AlertSubject) => HealthStatus | undefined;
  /** Delivers a message. Without terms, it is one of this instance alone. */
  readonly deliver: (alert: Alert, terms?: DeliveryTerms) => void;
}
