import type { HealthReport } from 'nest-vitals';
import { type HealthPublisher, healthchecksIo, pushgateway, uptimeKuma } from 'nest-vitals/publish';
import { describe, expect, it } from 'vitest';
import { DRAINING_REPORT, FAILING_REPORT, PASSING_REPORT } from '../../support/health-report.js';
import { type WebhookReceiver, webhookReceiver } from '../../support/webhook-receiver.js';

const { signal } = new AbortController();
const publish = async (publisher: HealthPublisher, report: HealthReport): Promise<unknown> =>
  publisher.publish(report, signal);
const finish = async (publisher: HealthPublisher, report: HealthReport): Promise<unknown> =>
  publisher.finish?.(report, signal);

const requestsTo = ({
  received,
}: WebhookReceiver): readonly (readonly [string, string, string | undefined, string])[] =>
  received.map(({ method, path, headers, body }) => [method, path, headers['content-type'], body]);

describe('healthchecksIo', () => {
  it('requests the success URL, /fail or /log, with the status as the body', async () => {
    const receiver = await webhookReceiver();
    const target = healthchecksIo({ url: `${receiver.url}/key/orders/?create=1` });
    await publish(target, PASSING_REPORT);
    await publish(target, { ...PASSING_REPORT, status: 'DEGRADED' });
    await publish(target, FAILING_REPORT);
    await finish(target, DRAINING_REPORT);
    const type = 'text/plain; charset=utf-8';
    expect(requestsTo(receiver)).toEqual([
      ['POST', '/key/orders?create=1', type, 'UP'],
      ['POST', '/key/orders?create=1', type, 'DEGRADED'],
      ['POST', '/key/orders/fail?create=1', type, 'DOWN\npayments is DOWN: connection refused (ECONNREFUSED)'],
      ['POST', '/key/orders/log?create=1', type, 'OUT_OF_SERVICE: shutting down'],
    ]);
  });
});

describe('uptimeKuma', () => {
  it('replaces the parameters of the push URL', async () => {
    const receiver = await webhookReceiver();
    const target = uptimeKuma({ url: `${receiver.url}/api/push/token?status=up&msg=OK&ping=` });
    await publish(target, PASSING_REPORT);
    await publish(target, FAILING_REPORT);
    await publish(target, DRAINING_REPORT);
    expect(target).not.toHaveProperty('finish');
    const message = 'DOWN%3B+payments+is+DOWN%3A+connection+refused+%28ECONNREFUSED%29';
    expect(requestsTo(receiver)).toEqual([
      ['GET', '/api/push/token?status=up&msg=UP&ping=', undefined, ''],
      ['GET', `/api/push/token?status=down&msg=${message}&ping=12`, undefined, ''],
      ['GET', '/api/push/token?status=down&msg=OUT_OF_SERVICE%3A+shutting+down&ping=', undefined, ''],
    ]);
  });

  it('limits the length of the message', async () => {
    const receiver = await webhookReceiver();
    const reason = 'x'.repeat(5000);
    await publish(uptimeKuma({ url: receiver.url }), { ...DRAINING_REPORT, reason });
    expect(receiver.received[0]?.path.length).toBeLessThan(400);
  });
});

describe('pushgateway', () => {
  it('replaces the metrics by PUT and removes them by DELETE, with the grouping key in the path', async () => {
    const receiver = await webhookReceiver();
    const grouping = { zone: 'eu/1', shard: '', path: '..' };
    const target = pushgateway({ url: `${receiver.url}/prefix/`, job: 'orders api', instance: 'a:1', grouping });
    await publish(target, FAILING_REPORT);
    await finish(target, DRAINING_REPORT);
    const path = '/prefix/metrics/job/orders%20api/instance/a%3A1/zone@base64/ZXUvMQ/shard@base64/=/path@base64/Li4';
    const body = [
      '# HELP health_pushed_up Whether the probe passes: 1 for UP and DEGRADED.',
      '# TYPE health_pushed_up gauge',
      'health_pushed_up 0',
      '# HELP health_pushed_indicator_up Whether the indicator is UP or DEGRADED.',
      '# TYPE health_pushed_indicator_up gauge',
      'health_pushed_indicator_up{indicator="payments"} 0',
      'health_pushed_indicator_up{indicator="cache|eu"} 1',
      '# HELP health_pushed_indicator_response_time_seconds Duration of the latest check run.',
      '# TYPE health_pushed_indicator_response_time_seconds gauge',
      'health_pushed_indicator_response_time_seconds{indicator="payments"} 0.012',
      'health_pushed_indicator_response_time_seconds{indicator="cache|eu"} 0.003',
      '',
    ].join('\n');
    expect(requestsTo(receiver)).toEqual([
      ['PUT', path, 'text/plain; version=0.0.4', body],
      ['DELETE', path, undefined, ''],
    ]);
  });

  it('escapes the name of an indicator', async () => {
    const receiver = await webhookReceiver();
    const details = { 'a"b\\c': { status: 'UP' } } as const;
    await publish(pushgateway({ url: receiver.url, job: 'orders' }), { ...PASSING_REPORT, details });
    expect(receiver.received[0]?.body).toContain(String.raw`{indicator="a\"b\\c"} 1`);
  });
});

describe('each HTTP target', () => {
  const targets = {
    healthchecksIo: (url: string) => healthchecksIo({ url }),
    uptimeKuma: (url: string) => uptimeKuma({ url }),
    pushgateway: (url: string) => pushgateway({ url, job: 'orders' }),
  };

  it.each(Object.entries(targets))('%s rejects for every status code except 2xx', async (_name, create) => {
    const receiver = await webhookReceiver();
    const statuses = [302, 404, 500, 202];
    receiver.respond = (response, count) => response.writeHead(statuses[count - 1] ?? 200).end();
    const target = create(receiver.url);
    for (const status of [302, 404, 500]) {
      await expect(publish(target, PASSING_REPORT)).rejects.toThrow(`HTTP status ${status}`);
    }
    await publish(target, PASSING_REPORT);
    expect(receiver.received).toHaveLength(4);
  });

  it.each(Object.entries(targets))('%s ends its request when the signal is aborted', async (_name, create) => {
    const receiver = await webhookReceiver();
    const controller = new AbortController();
    receiver.respond = () => controller.abort();
    await expect(create(receiver.url).publish(PASSING_REPORT, controller.signal)).rejects.toThrow('abort');
  });

  it.each(Object.entries(targets))('%s has no secret in its name', (_name, create) => {
    expect(create('https://user:pass@monitor.example:8443/secret?key=secret').name).toMatch(
      / at https:\/\/monitor\.example:8443$/,
    );
  });
});
