import { isoTime } from '../core/moment.js';
import type { ServiceIdentity } from '../core/service-info.js';
import { formatDuration } from '../logging/duration.js';
import type { Alert } from './alert.js';

/** Who sends an alert. */
export interface AlertSender {
  readonly service: ServiceIdentity;
  /** The host, by default. */
  readonly instance: string;
}

export interface AlertmanagerSettings {
  readonly labels: Readonly<Record<string, string>>;
  readonly resendInterval: number;
}

/** An alert that is not sent again is over after so many of the intervals in which it should have been. */
const INTERVALS_TRUSTED = 4;

/** The body of a message, as it is when it is sent. */
export type Format = (alert: Alert, sender: AlertSender) => unknown;

export const toJson: Format = (alert, { service, instance }) => ({
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

/** What Slack takes, and Mattermost, Rocket.Chat and Discord's `/slack` with it. */
export const toSlack: Format = (alert, { service, instance }) => {
  const where = [service.name, service.environment, instance].filter(Boolean).join(', ');
  const text = `${alert.event === 'down' ? '🔴' : '🟢'} ${sentence(alert)} (${where})`;
  // Their own markup; an error may hold any sign.
  return { text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') };
};

/** The alert of Alertmanager's API v2. By its labels it knows what belongs together, so they never hold what may change. */
export function toAlertmanager({ labels, resendInterval }: AlertmanagerSettings): Format {
  return (alert, { service, instance }) => [
    {
      labels: {
        alertname: 'HealthCheckFailing',
        [alert.subject.kind]: alert.subject.name,
        severity: alert.critical ? 'critical' : 'warning',
        instance,
        ...(service.name !== undefined && { service: service.name }),
        ...(service.environment !== undefined && { environment: service.environment }),
        ...labels,
      },
      annotations: { summary: sentence(alert), status: alert.status },
      startsAt: isoTime(alert.since),
      endsAt:
        alert.event === 'up'
          ? isoTime(alert.at)
          : new Date(Date.now() + INTERVALS_TRUSTED * resendInterval).toISOString(),
    },
  ];
}

/** `payments is DOWN: connection refused (ECONNREFUSED)`, `payments is UP after 3 min 20 s` */
function sentence({ subject, status, error, code, duration }: Alert): string {
  const why = error === undefined ? '' : code === undefined ? `: ${error}` : `: ${error} (${code})`;
  const after = duration === undefined ? '' : ` after ${formatDuration(duration)}`;
  return `${subject.name} is ${status}${after}${why}`;
}
