import { isoTime } from '../core/moment.js';
import type { ServiceIdentity } from '../core/service-info.js';
import { formatDuration } from '../logging/duration.js';
import type { Alert } from './alert.js';

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

/** It has no text. */
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
  instance,
});

export const SIGNS: Readonly<Record<Alert['event'], string>> = { down: '🔴', up: '🟢', stall: '🟠' };

/** The format of Slack, which Mattermost, Rocket.Chat and Discord's `/slack` also accept. */
export const toSlack: Format = (alert, sender, text) => {
  const line = `${SIGNS[alert.event]} ${text} (${whereOf(sender)})`;
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
        instance,
        ...(service.name !== undefined && { service: service.name }),
        ...(service.environment !== undefined && { environment: service.environment }),
        ...labels,
      },
      annotations: { summary: text, status: alert.status },
      startsAt: isoTime(alert.since),
      endsAt:
        alert.event === 'up'
          ? isoTime(alert.at)
          : new Date(Date.now() + INTERVALS_UNTIL_EXPIRY * resendInterval).toISOString(),
    },
  ];
}

/** `orders, production, orders-7d9f` */
export function whereOf({ service, instance }: AlertSender): string {
  return [service.name, service.environment, instance].filter(Boolean).join(', ');
}

/** `payments is DOWN: connection refused (ECONNREFUSED)`, `payments is UP after 3 min 20 s` */
export function sentence({ event, subject, status, error, code, duration }: Alert): string {
  if (subject.kind === 'process') return error ?? `${subject.name} ${event === 'up' ? 'not blocked' : 'blocked'}`;
  const why = error === undefined ? '' : code === undefined ? `: ${error}` : `: ${error} (${code})`;
  const after = duration === undefined ? '' : ` after ${formatDuration(duration)}`;
  return `${subject.name} is ${status}${after}${why}`;
}
