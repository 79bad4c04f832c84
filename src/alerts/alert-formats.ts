import { isoTime } from '../core/moment.js';
import type { ServiceIdentity } from '../core/service-info.js';
import { formatDuration } from '../logging/format-duration.js';
import type { AffectedInstances, Alert } from './alert.js';

/** The instance that sends an alert. */
export interface AlertSender {
  readonly service: ServiceIdentity;
  /** The option `instance`. */
  readonly instance: string;
}

export interface AlertmanagerSettings {
  readonly labels: Readonly<Record<string, string>>;
  readonly resendInterval: number;
}

/** An alert that is not sent again expires after this many resend intervals. */
const INTERVALS_UNTIL_EXPIRY = 4;

/**
 * Makes the body of the request. Called for each attempt, because some bodies contain the current time. `text` is the
 * default text of the alert, or the text of the application.
 */
export type Format = (alert: Alert, sender: AlertSender, text: string) => unknown;

/** The JSON format, without a text. */
export const toJson = (alert: Alert, { service, instance }: AlertSender): Readonly<Record<string, unknown>> => ({
  event: alert.event,
  [alert.subject.kind]: alert.subject.name,
  status: alert.status,
  critical: alert.critical,
  ...(alert.error !== undefined && { error: alert.error }),
  ...(alert.code !== undefined && { code: alert.code }),
  since: isoTime(alert.since),
  ...(alert.duration !== undefined && { ended_at: isoTime(alert.at), duration_ms: Math.round(alert.duration) }),
  service,
  ...(alert.instances ? { instances: alert.instances } : { instance }),
});

export const SYMBOLS: Readonly<Record<Alert['event'], string>> = { down: '🔴', up: '🟢', stall: '🟠' };

/** The format of Slack, which Mattermost, Rocket.Chat and Discord's `/slack` also accept. */
export const toSlack: Format = (alert, sender, text) => {
  const line = `${SYMBOLS[alert.event]} ${text} (${originOf(alert, sender)})`;
  // Slack reads these three characters as markup, and an error text may contain them.
  return { text: line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') };
};

/** The format of Alertmanager's API v2. It identifies an alert by its labels, so no label holds a value that changes. */
export function toAlertmanager({ labels, resendInterval }: AlertmanagerSettings): Format {
  return (alert, { service, instance }, text) => [
    {
      labels: {
        alertname: alert.event === 'stall' ? 'EventLoopBlocked' : 'HealthCheckFailing',
        [alert.subject.kind]: alert.subject.name,
        severity: alert.critical ? 'critical' : 'warning',
        // The labels identify the alert, so they do not name the instances, which change.
        ...(!alert.instances && { instance }),
        ...(service.name !== undefined && { service: service.name }),
        ...(service.environment !== undefined && { environment: service.environment }),
        ...labels,
      },
      annotations: {
        summary: text,
        status: alert.status,
        ...(alert.instances && { instances: instanceList(alert.instances) }),
      },
      startsAt: isoTime(alert.since),
      endsAt:
        alert.event === 'up'
          ? isoTime(alert.at)
          : new Date(Date.now() + INTERVALS_UNTIL_EXPIRY * resendInterval).toISOString(),
    },
  ];
}

/** `orders, production, orders-7d9f`, or for all instances `orders, production, orders-7d9f and 2 more` */
export function originOf({ instances }: Alert, { service, instance }: AlertSender): string {
  return [service.name, service.environment, instances ? namesOf(instances) : instance].filter(Boolean).join(', ');
}

/** The most names in a text. */
const SHOWN_NAMES = 3;

/** `orders-1, orders-2, orders-3 and 2 more` */
function namesOf({ affected, names }: AffectedInstances): string {
  const shown = names.slice(0, SHOWN_NAMES);
  const more = affected - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** `3 of 5 instances` */
function countOf({ affected, total }: AffectedInstances): string {
  const counted = total ?? affected;
  return `${total === undefined ? '' : `${affected} of `}${counted} instance${counted === 1 ? '' : 's'}`;
}

/** `3 of 5: orders-1, orders-2, orders-3` */
export function instanceList(instances: AffectedInstances): string {
  const { affected, total } = instances;
  return `${affected}${total === undefined ? '' : ` of ${total}`}: ${namesOf(instances)}`;
}

/**
 * `payments is DOWN: connection refused (ECONNREFUSED)`, `payments is UP after 3 min 20 s`, or for all instances
 * `payments is DOWN on 3 of 5 instances`, `payments is UP after 3 min 20 s; 3 of 5 instances were affected`
 */
export function defaultText({ event, subject, status, error, code, duration, instances }: Alert): string {
  if (subject.kind === 'process') return error ?? `${subject.name} ${event === 'up' ? 'not blocked' : 'blocked'}`;
  const why = error === undefined ? '' : code === undefined ? `: ${error}` : `: ${error} (${code})`;
  const after = duration === undefined ? '' : ` after ${formatDuration(duration)}`;
  if (!instances) return `${subject.name} is ${status}${after}${why}`;
  if (event !== 'up') return `${subject.name} is ${status} on ${countOf(instances)}${why}`;
  return `${subject.name} is ${status}${after}${why}; ${countOf(instances)} ${instances.affected === 1 ? 'was' : 'were'} affected`;
}
