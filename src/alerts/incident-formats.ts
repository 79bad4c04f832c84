import { onOneLine } from '../core/bounded-text.js';
import type { Alert } from './alert.js';
import { keyOfAlert } from './alert-key.js';
import { type AlertSender, type Format, toJson, originOf } from './alert-formats.js';

/** Longest texts that the receivers accept. */
const LONGEST_SUMMARY = 1024;
const LONGEST_MESSAGE = 130;
const LONGEST_DESCRIPTION = 15_000;

/** An event of PagerDuty's Events API v2. The recovery resolves the alert with the same `dedup_key`. */
export function toPagerDuty(routingKey: string): Format {
  return (alert, sender, text) => ({
    routing_key: routingKey,
    event_action: alert.event === 'up' ? 'resolve' : 'trigger',
    dedup_key: keyOfAlert(alert, sender),
    ...(alert.event !== 'up' && {
      payload: {
        summary: onOneLine(text).slice(0, LONGEST_SUMMARY),
        source: sourceOf(alert, sender),
        severity: alert.critical ? 'critical' : 'warning',
        timestamp: new Date(alert.since.wall).toISOString(),
        component: alert.subject.name,
        custom_details: toJson(alert, sender),
      },
    }),
  });
}

/** The service of a message for all its instances, otherwise the instance. */
function sourceOf({ instances }: Alert, { service, instance }: AlertSender): string {
  return instances ? (service.name ?? instance) : instance;
}

/** A request of Opsgenie's Alert API: the body of an alert to create, or of the request that closes it. */
export const toOpsgenie: Format = (alert, sender, text) =>
  alert.event === 'up'
    ? { source: sourceOf(alert, sender), note: text }
    : {
        message: onOneLine(text).slice(0, LONGEST_MESSAGE),
        alias: keyOfAlert(alert, sender),
        description: `${text} (${originOf(alert, sender)})`.slice(0, LONGEST_DESCRIPTION),
        source: sourceOf(alert, sender),
        entity: alert.subject.name,
        priority: alert.critical ? 'P1' : 'P3',
      };

/** Opsgenie closes an alert at an address that contains its alias. */
export function opsgenieUrl(base: URL, alert: Alert, sender: AlertSender): URL {
  const path = alert.event === 'up' ? `/${encodeURIComponent(keyOfAlert(alert, sender))}/close` : '';
  const url = new URL(`/v2/alerts${path}`, base);
  if (alert.event === 'up') url.searchParams.set('identifierType', 'alias');
  return url;
}
