import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.js';
import { toTeams } from '../../../src/alerts/chat-formats.js';
import { toEmail } from '../../../src/alerts/email-format.js';
import { defaultText, toAlertmanager, toJson, toSlack } from '../../../src/alerts/alert-formats.js';
import { opsgenieUrl, toOpsgenie, toPagerDuty } from '../../../src/alerts/incident-formats.js';

const NAMES = ['orders-1', 'orders-2', 'orders-3', 'orders-4'];
const at = { elapsed: 0, wall: Date.parse('2026-11-27T06:00:00.000Z') };
const down: Alert = {
  event: 'down',
  subject: { kind: 'indicator', name: 'payments' },
  status: 'DOWN',
  critical: true,
  error: 'connection refused',
  code: 'ECONNREFUSED',
  since: at,
  at,
  instances: { affected: 4, total: 5, names: NAMES },
};
const { error: _error, code: _code, ...rest } = down;
const recovery: Alert = { ...rest, event: 'up', status: 'UP', duration: 200_000 };
const senders = ['orders-1', 'orders-2'].map((instance) => ({
  service: { name: 'orders', environment: 'production' },
  instance,
}));
const [sender = { service: {}, instance: '' }, other = sender] = senders;

describe('a message for all instances', () => {
  it('has the number of affected instances in its text', () => {
    expect(defaultText(down)).toBe('payments is DOWN on 4 of 5 instances: connection refused (ECONNREFUSED)');
    expect(defaultText(recovery)).toBe('payments is UP after 3 min 20 s; 4 of 5 instances were affected');
    const single = { affected: 1, total: 5, names: ['orders-1'] };
    expect(defaultText({ ...recovery, instances: single })).toBe(
      'payments is UP after 3 min 20 s; 1 of 5 instances was affected',
    );
    const unknown = { affected: 1, total: undefined, names: ['orders-1'] };
    expect(defaultText({ ...down, instances: unknown })).toMatch(/^payments is DOWN on 1 instance:/);
  });

  it('names the first affected instances in chats', () => {
    const where = '(orders, production, orders-1, orders-2, orders-3 and 1 more)';
    expect(toSlack(down, sender, defaultText(down))).toEqual({ text: `🔴 ${defaultText(down)} ${where}` });
    expect(JSON.stringify(toTeams(down, sender, 'x'))).toContain('orders-1, orders-2, orders-3 and 1 more');
    expect(toOpsgenie(down, sender, 'x')).toMatchObject({ description: `x ${where}`, source: 'orders' });
  });

  it('lists the affected instances instead of the sending instance', () => {
    const json = toJson(down, sender);
    expect(json).toMatchObject({ instances: { affected: 4, total: 5, names: NAMES } });
    expect(json).not.toHaveProperty('instance');
  });

  it('has the same keys whichever instance sends it, and other keys than a message of one instance', () => {
    const keyOf = (alert: Alert, from = sender): unknown => toPagerDuty('key')(alert, from, 'x');
    expect(keyOf(down)).toMatchObject({
      dedup_key: 'orders:production::indicator:payments',
      payload: { source: 'orders' },
    });
    expect(keyOf(recovery, other)).toMatchObject({
      event_action: 'resolve',
      dedup_key: 'orders:production::indicator:payments',
    });
    const { instances: _instances, ...alone } = down;
    expect(keyOf(alone)).toMatchObject({ dedup_key: 'orders:production:orders-1:indicator:payments' });

    const base = new URL('https://api.opsgenie.com');
    expect(opsgenieUrl(base, recovery, other).href).toBe(opsgenieUrl(base, recovery, sender).href);
    const labels = (from = sender): unknown => toAlertmanager({ labels: {}, resendInterval: 1000 })(down, from, 'x');
    expect(labels()).toMatchObject([{ annotations: { instances: '4 of 5: orders-1, orders-2, orders-3 and 1 more' } }]);
    expect(JSON.stringify((labels() as { labels: object }[])[0]?.labels)).not.toContain('orders-');
    expect((labels(other) as { labels: object }[])[0]?.labels).toEqual((labels() as { labels: object }[])[0]?.labels);
  });

  it('is a single e-mail conversation, also with a second message about the outage', () => {
    const mailOf = (alert: Alert, from = sender) => toEmail(alert, from, defaultText(alert), 'orders@example.com');
    const [first, second, last] = [
      mailOf(down),
      mailOf({ ...down, edition: 2 }, other),
      mailOf({ ...recovery, edition: 2 }, other),
    ];
    expect(new Set([first, second, last].map(({ messageId }) => messageId)).size).toBe(3);
    expect([second.inReplyTo, last.inReplyTo]).toEqual([first.messageId, first.messageId]);
    expect(first).not.toHaveProperty('inReplyTo');
    expect(first.text).toContain('Instances: 4 of 5: orders-1, orders-2, orders-3 and 1 more');
  });
});
