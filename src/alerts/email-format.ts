import { createHash } from 'node:crypto';
import { onOneLine } from '../core/bounded-text.js';
import { formatDuration } from '../logging/format-duration.js';
import { isoTime } from '../core/moment.js';
import type { Alert } from './alert.js';
import { keyOfAlert } from './alert-key.js';
import type { AlertMail } from './email.js';
import { type AlertSender, SYMBOLS, instanceList } from './alert-formats.js';

const COLORS: Readonly<Record<Alert['event'], string>> = { down: '#d32f2f', up: '#388e3c', stall: '#f57c00' };
/** Characters. Mail programs show fewer. */
const LONGEST_SUBJECT = 200;
/** A reserved domain, for a sender whose domain must not be in a message id. */
const NO_DOMAIN = 'nest-vitals.invalid';

/** The fields of the message about an alert, with a plain and an HTML part. */
export function toEmail(
  alert: Alert,
  sender: AlertSender,
  text: string,
  from: string,
): Omit<AlertMail, 'from' | 'to' | 'signal'> {
  const isRepeated = (alert.edition ?? 1) > 1;
  const id = (event: Alert['event'], edition = 1): string =>
    messageId(event === 'down' && edition > 1 ? `${event}${edition}` : event, alert, sender, from);
  const facts = factsOf(alert, sender);
  const place = [sender.service.name, sender.service.environment].filter(Boolean).join(', ');
  const [title = ''] = text.trim().split(/[\r\n]+/, 1);
  return {
    subject: onOneLine(`${SYMBOLS[alert.event]} ${place === '' ? '' : `[${place}] `}${title}`).slice(
      0,
      LONGEST_SUBJECT,
    ),
    text: `${text.trim()}\n\n${facts.map(([name, value]) => `${name}: ${onOneLine(value)}`).join('\n')}\n`,
    html: toHtml(alert, text.trim(), facts),
    messageId: id(alert.event, alert.edition),
    // Mail programs show the recovery below the message about the outage.
    ...((alert.event === 'up' || isRepeated) && { inReplyTo: id('down'), references: id('down') }),
    // Automatic responders, such as absence notices, do not respond to such a message (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** The id is the same for every attempt, so that a repeated message is recognised, and the recovery can refer to it. */
function messageId(event: string, alert: Alert, sender: AlertSender, from: string): string {
  const outage = createHash('sha256')
    .update(`${keyOfAlert(alert, sender)} ${alert.since.wall}`)
    .digest('hex');
  const [, domain = NO_DOMAIN] = /@([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)\s*>?\s*$/.exec(from) ?? [];
  return `<${outage.slice(0, 32)}.${event}@${domain}>`;
}

type Fact = readonly [name: string, value: string];

function factsOf(alert: Alert, { service, instance }: AlertSender): readonly Fact[] {
  const { subject, status, critical, error, code, since, at, duration, instances } = alert;
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    [subject.kind === 'probe' ? 'Probe' : subject.kind === 'process' ? 'Process' : 'Indicator', subject.name],
    ['Status', status],
    ['Critical', critical ? 'yes' : 'no'],
    ['Error', error],
    ['Code', code],
    ['Since', isoTime(since)],
    ['Ended', duration === undefined ? undefined : isoTime(at)],
    ['Duration', duration === undefined ? undefined : formatDuration(duration)],
    ['Service', service.name],
    ['Version', service.version],
    ['Environment', service.environment],
    instances ? ['Instances', instanceList(instances)] : ['Instance', instance],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function toHtml({ event }: Alert, text: string, facts: readonly Fact[]): string {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#666666">${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>`,
  );
  const lines = escapeHtml(text).replaceAll(/\r?\n/g, '<br>');
  return [
    '<!doctype html><html><body style="font-family:sans-serif;font-size:14px">',
    `<p style="font-size:16px;border-left:4px solid ${COLORS[event]};padding-left:12px">${lines}</p>`,
    `<table cellspacing="0" style="font-size:14px">${rows.join('')}</table>`,
    '</body></html>',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
