import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { HEALTH_MONITOR, HealthModule, type HealthMonitor, type HealthResult, degraded, down, up } from 'nest-vitals';
import { type HealthAlertsOptions, HealthAlertsModule, type WebhookOptions, webhook } from 'nest-vitals/alerts';
import ts from 'typescript';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { codeBlocks } from '../support/code-blocks.js';
import { stallOf } from '../support/event-loop-stall.js';
import { type FakeIndicatorClass, FakeIndicator, throwing } from '../support/fake-indicator.js';
import { latch } from '../support/latch.js';
import { freePort } from '../support/servers/free-port.js';
import { passTime, passTimeUntil, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';
import { type WebhookReceiver, webhookReceiver } from '../support/webhook-receiver.js';

type Sent = Record<string, unknown>;
const bodies = ({ received }: WebhookReceiver): Sent[] => received.map(({ body }) => JSON.parse(body) as Sent);
const PATIENCE = { timeout: 20_000, interval: 10 };

describe.each(ADAPTERS)('alerts on %s', (adapter) => {
  const stock = (): FakeIndicatorClass => FakeIndicator('stock', () => up(), { ttl: 0 });

  const start = (
    indicators: FakeIndicatorClass[],
    target: WebhookOptions | readonly WebhookOptions[],
    options: Partial<HealthAlertsOptions> = {},
  ): Promise<TestApplication> => {
    const targets = [target].flat().map(webhook);
    return startApplication(adapter, {
      imports: [
        // The order does not matter.
        HealthAlertsModule.forRoot({ targets, debounce: 0, instance: 'host-1', ...options }),
        HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' } }),
      ],
      providers: indicators,
    });
  };
  const becomes = async (application: TestApplication, indicator: FakeIndicatorClass, result: HealthResult) => {
    indicator.behaviour = () => result;
    return application.get('/health/deep');
  };

  it('sends one message for stalls of the event loop within ten minutes, to targets without a list of indicators', async () => {
    const receivers = await Promise.all([webhookReceiver(), webhookReceiver(), webhookReceiver(), webhookReceiver()]);
    const [json, slack, alertmanager, filtered] = receivers;
    const application = await start(
      [stock()],
      [
        { url: json.url },
        { url: slack.url, format: 'slack' },
        { url: alertmanager.url, format: 'alertmanager' },
        { url: filtered.url, indicators: ['stock'] },
      ],
    );
    const monitor = application.app.get<HealthMonitor>(HEALTH_MONITOR);
    monitor.recordStall(stallOf(4200));
    monitor.recordStall(stallOf(1100));
    for (const receiver of [json, slack, alertmanager]) {
      await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    }

    const description = 'event loop blocked for 4.2 s in parseOrders (orders.service.ts:112)';
    expect(bodies(json)[0]).toMatchObject({
      event: 'stall',
      process: 'event loop',
      status: 'DEGRADED',
      critical: false,
      error: description,
      since: '2026-11-27T06:00:00.000Z',
      ended_at: '2026-11-27T06:00:04.200Z',
      duration_ms: 4200,
    });
    expect(bodies(slack)[0]?.['text']).toBe(`🟠 ${description} (orders, test, host-1)`);
    expect(bodies(alertmanager)[0]).toMatchObject([
      {
        labels: { alertname: 'EventLoopBlocked', process: 'event loop', severity: 'warning', instance: 'host-1' },
        annotations: { summary: description },
        startsAt: '2026-11-27T06:00:00.000Z',
      },
    ]);
    expect(filtered.received).toEqual([]);
  });

  it('ends the outage of a check that is disabled for a time, sends nothing meanwhile, and sends an outage that lasts longer', async () => {
    const receiver = await webhookReceiver();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url });
    await becomes(application, indicator, down('empty'));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);

    const terms = { reason: 'vendor maintenance', expiresIn: '30m', by: 'alice' } as const;
    const { until } = application.health.override('stock', { enabled: false }, terms);
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(2);
    expect(bodies(receiver)[1]).toMatchObject({
      event: 'up',
      status: 'SKIPPED',
      error: `disabled by alice until ${until.toISOString()}: vendor maintenance`,
    });
    await application.get('/health/deep');

    application.health.clear('stock');
    await application.get('/health/deep');
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(3);
    expect(bodies(receiver)[2]).toMatchObject({ event: 'down', status: 'DOWN', indicator: 'stock', critical: true });
  });

  it('ends the outage of an indicator that is removed, also by a subscriber of the change itself', async () => {
    const receiver = await webhookReceiver();
    const application = await start([stock()], { url: receiver.url });
    const { health } = application;
    const first = health.register('tenant-1', () => down('no connection'));
    await application.get('/health/deep');
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    first.remove();
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(2);

    const subscription = health.changes$.subscribe(({ indicator }) => indicator === 'tenant-2' && second.remove());
    const second = health.register('tenant-2', () => down('no connection'));
    await application.get('/health/deep');
    subscription.unsubscribe();
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(4);
    expect(bodies(receiver).map(({ event, indicator, status }) => [event, indicator, status])).toEqual([
      ['down', 'tenant-1', 'DOWN'],
      ['up', 'tenant-1', 'SKIPPED'],
      ['down', 'tenant-2', 'DOWN'],
      ['up', 'tenant-2', 'SKIPPED'],
    ]);
    expect(bodies(receiver)[1]?.['error']).toBe('the indicator was removed');
  });

  it('sends one message for an outage and one for the recovery, with the duration of the outage', async () => {
    const receiver = await webhookReceiver();
    const indicator = FakeIndicator('stock', throwing(Object.assign(new Error('secret'), { code: 'ECONNREFUSED' })), {
      ttl: 0,
    });
    const application = await start([indicator], { url: `${receiver.url}/hook?key=1`, headers: { 'X-Key': 'k' } });
    for (let probe = 0; probe < 3; probe += 1) await application.get('/health/deep');
    await becomes(application, indicator, up());
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(2);

    expect(receiver.received[0]).toMatchObject({
      path: '/hook?key=1',
      headers: { 'content-type': 'application/json', 'user-agent': 'nest-vitals', 'x-key': 'k', connection: 'close' },
    });
    const service = { name: 'orders', version: '1.4.2', environment: 'test' };
    const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown;
    expect(bodies(receiver)).toMatchObject([
      {
        event: 'down',
        indicator: 'stock',
        status: 'DOWN',
        critical: true,
        error: 'connection refused',
        code: 'ECONNREFUSED',
        since,
        service,
        instance: 'host-1',
      },
      {
        event: 'up',
        indicator: 'stock',
        status: 'UP',
        since,
        ended_at: since,
        duration_ms: expect.any(Number),
        service,
        instance: 'host-1',
      },
    ]);
    expect(bodies(receiver)[1]).not.toHaveProperty('error');
    expect(receiver.received[0]?.headers).not.toHaveProperty('x-health-signature');
  });

  it('sends to each target the statuses, indicators and probes of its options', async () => {
    const [all, some, ready] = [await webhookReceiver(), await webhookReceiver(), await webhookReceiver()];
    const [one, other] = [stock(), FakeIndicator('ledger', () => up(), { ttl: 0 })];
    const application = await start(
      [one, other],
      [
        { url: all.url, to: ['DEGRADED', 'DOWN'] },
        { url: some.url, indicators: ['ledger'] },
        { url: ready.url, indicators: [], probes: ['ready'] },
      ],
    );
    await application.get('/health/deep');
    await becomes(application, one, degraded('slow'));
    await becomes(application, one, down('gone'));
    await becomes(application, other, down('gone, too'));
    await becomes(application, one, up());
    await becomes(application, other, up());
    const messagesOf = (receiver: WebhookReceiver): string[] =>
      bodies(receiver).map(({ event, indicator, probe, error }) => [event, indicator ?? probe, error].join(' ').trim());
    await expect
      .poll(() => messagesOf(all), PATIENCE)
      .toEqual(['down stock slow', 'down ledger gone, too', 'up stock', 'up ledger']);
    await expect.poll(() => messagesOf(some), PATIENCE).toEqual(['down ledger gone, too', 'up ledger']);
    await expect.poll(() => messagesOf(ready), PATIENCE).toEqual(['down ready', 'up ready']);
  });

  it('sends nothing for an outage that is shorter than the debounce', async () => {
    const receiver = await webhookReceiver();
    const [one, other] = [stock(), FakeIndicator('ledger', () => up(), { ttl: 0 })];
    const application = await start([one, other], { url: receiver.url }, { debounce: 500 });
    await becomes(application, one, down('gone'));
    one.behaviour = () => up();
    await becomes(application, other, down('gone'));
    await expect.poll(() => bodies(receiver).map(({ indicator }) => indicator), PATIENCE).toEqual(['ledger']);
  });

  it('sends Slack its own format, with the characters of its markup escaped', async () => {
    const receiver = await webhookReceiver();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url, format: 'slack' });
    await becomes(application, indicator, down('<none> & nothing'));
    await becomes(application, indicator, up());
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(2);
    expect(bodies(receiver)).toEqual([
      { text: '🔴 stock is DOWN: &lt;none&gt; &amp; nothing (orders, test, host-1)' },
      { text: expect.stringMatching(/^🟢 stock is UP after \d+ m?s \(orders, test, host-1\)$/) },
    ]);
  });

  it('signs requests so that the code of the guide accepts them and rejects changed requests', async () => {
    const receiver = await webhookReceiver();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url, secret: 'open sesame' });
    await becomes(application, indicator, down('gone'));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    const [request] = receiver.received;
    const body = request?.body ?? '';
    const timestamp = String(request?.headers['x-health-timestamp']);
    const signature = String(request?.headers['x-health-signature']);

    const isGenuine = await verifierOfTheGuide();
    expect(isGenuine('open sesame', timestamp, signature, body)).toBe(true);
    expect(isGenuine('another', timestamp, signature, body)).toBe(false);
    expect(isGenuine('open sesame', timestamp, signature, `${body} `)).toBe(false);
    expect(isGenuine('open sesame', String(Number(timestamp) + 1), signature, body)).toBe(false);
    expect(isGenuine('open sesame', timestamp, `${signature}0`, body)).toBe(false);
    expect(isGenuine('open sesame', 'now', signature, body)).toBe(false);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(isGenuine('open sesame', timestamp, signature, body)).toBe(false);
  });

  it.each([500, 429, 408])('repeats an attempt after the status %i until the receiver accepts it', async (status) => {
    const receiver = await webhookReceiver();
    receiver.respond = (response, count) => response.writeHead(count === 1 ? status : 200).end();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url });
    await becomes(application, indicator, down('gone'));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(2);
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
    await becomes(application, indicator, up());
    await expect.poll(() => bodies(receiver).map(({ event }) => event), PATIENCE).toEqual(['down', 'down', 'up']);
    expect(application.log.health('error')).toEqual([]);
  });

  it('does not repeat a request after 404 and does not follow a redirect', async () => {
    const [refusing, moved] = [await webhookReceiver(), await webhookReceiver()];
    refusing.respond = (response) => response.writeHead(404).end();
    moved.respond = (response) => response.writeHead(307, { location: refusing.url }).end();
    const indicator = stock();
    const application = await start([indicator], [{ url: refusing.url }, { url: moved.url }]);
    await becomes(application, indicator, down('gone'));
    await expect
      .poll(() => application.log.health('error').toSorted(), PATIENCE)
      .toEqual(
        [
          `The alert "stock is DOWN" was not delivered to ${refusing.url} after 1 attempt: HTTP status 404`,
          `The alert "stock is DOWN" was not delivered to ${moved.url} after 1 attempt: HTTP status 307`,
        ].toSorted(),
      );
    expect(refusing.received).toHaveLength(1);
  });

  it('logs an error without credentials and paths when the receiver refuses the connection or times out', async () => {
    const hanging = await webhookReceiver();
    hanging.respond = () => undefined;
    const port = await freePort();
    const indicator = stock();
    const application = await start(
      [indicator],
      [
        { url: `http://user:hunter2@127.0.0.1:${port}/hunter2?key=hunter2`, retries: 1 },
        { url: `${hanging.url}/hunter2`, retries: 0, timeout: 50 },
      ],
    );
    expect((await becomes(application, indicator, down('gone'))).status).toBe(503);
    await expect
      .poll(() => application.log.health('error').toSorted(), PATIENCE)
      .toEqual(
        [
          `The alert "stock is DOWN" was not delivered to http://127.0.0.1:${port} after 2 attempts: connection refused (ECONNREFUSED)`,
          `The alert "stock is DOWN" was not delivered to ${hanging.url} after 1 attempt: timed out (ETIMEDOUT)`,
        ].toSorted(),
      );
    expect(application.log.text).not.toContain('hunter2');
  });

  it('sends the credentials of the URL to the receiver', async () => {
    const receiver = await webhookReceiver();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url.replace('//', '//user:p%40ss@') });
    await becomes(application, indicator, down('gone'));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(receiver.received[0]?.headers).toMatchObject({ authorization });
  });

  it('responds to probes while a receiver is slow, and drops the oldest alert when the queue is full', async () => {
    const receiver = await webhookReceiver();
    const free = latch();
    receiver.respond = (response) => void free.promise.then(() => response.end());
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url }, { queueSize: 2 });
    await becomes(application, indicator, down('1'));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    for (const result of [up(), down('2'), up(), down('3')]) await becomes(application, indicator, result);
    const line = `More than 2 alerts wait for ${receiver.url}: dropped the oldest`;
    expect(application.log.health('warn').filter((text) => text.startsWith('More'))).toEqual([
      `${line} (1 dropped since the start)`,
      `${line} (2 dropped since the start)`,
    ]);
    free.open();
    await expect
      .poll(() => bodies(receiver).map(({ event, error }) => [event, error]), PATIENCE)
      .toEqual([
        ['down', '1'],
        ['up', undefined],
        ['down', '3'],
      ]);
  });

  it('sends no alert about the shutdown, and delivers waiting alerts before its end', async () => {
    const receiver = await webhookReceiver();
    receiver.respond = (response, count) => response.writeHead(count === 1 ? 503 : 200).end();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url, probes: ['ready'], indicators: ['stock'] });
    await application.get('/health/ready');
    indicator.behaviour = () => down('gone');
    await application.get('/health/stock');
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    await application.app.close();
    const sent = bodies(receiver).map(
      ({ event, indicator: name, probe }) => `${String(event)} ${String(name ?? probe)}`,
    );
    // The probe was DOWN because of its indicator. Its OUT_OF_SERVICE during the drain sends no alert.
    expect(sent.slice(1).toSorted()).toEqual(['down ready', 'down stock']);
    expect(application.log.health('error')).toEqual([]);
  });

  it('sends no alert for an outage that has not lasted for the debounce when the drain begins', async () => {
    stopClock();
    const receiver = await webhookReceiver();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url }, { debounce: 1000 });
    await becomes(application, indicator, down('gone'));
    const work = application.health.delayShutdown('a report');
    const closed = application.app.close();
    await passTime(2000);
    work.done();
    await passTimeUntil(closed);
    expect(receiver.received).toEqual([]);
  });

  it('sends no alert about the drain of a healthy application', async () => {
    const receiver = await webhookReceiver();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url, probes: ['ready', 'live', 'deep'] });
    await application.get('/health/deep');
    await application.app.close();
    expect(receiver.received).toEqual([]);
  });

  it('ends the shutdown after shutdownTimeout although the receiver hangs', async () => {
    const receiver = await webhookReceiver();
    receiver.respond = () => undefined;
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url }, { shutdownTimeout: 50 });
    await becomes(application, indicator, down('gone'));
    await becomes(application, indicator, up());
    await application.app.close();
    expect(application.log.health('error')).toEqual([
      expect.stringContaining('after 1 attempt: '),
      `1 alerts for ${receiver.url} were not delivered before the shutdown timeout`,
    ]);
  });

  it('accepts options from a factory', async () => {
    const receiver = await webhookReceiver();
    @Module({ providers: [{ provide: 'url', useValue: receiver.url }], exports: ['url'] })
    class Configuration {}
    const indicator = stock();
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot(),
        HealthAlertsModule.forRootAsync({
          imports: [Configuration],
          inject: ['url'],
          useFactory: async (url: string) => ({ targets: [webhook({ url })], debounce: 0 }),
        }),
      ],
      providers: [indicator],
    });
    await becomes(application, indicator, down('gone'));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
  });

  it.runIf(adapter === 'express')(
    'sends one message for a composite and its part, and one for each name in a list',
    async () => {
      const receivers = await Promise.all([webhookReceiver(), webhookReceiver()]);
      const [every, listed] = receivers;
      const part = FakeIndicator('database/primary', () => up(), { ttl: 0 });
      const application = await start(
        [part],
        [{ url: every.url }, { url: listed.url, indicators: ['database', 'database/primary'] }],
      );
      await becomes(application, part, down('refused'));
      await expect.poll(() => listed.received.length, PATIENCE).toBe(2);
      await becomes(application, part, up());
      await expect.poll(() => listed.received.length, PATIENCE).toBe(4);
      await expect.poll(() => every.received.length, PATIENCE).toBe(2);
      await application.app.close();
      const told = (receiver: WebhookReceiver): string[] =>
        bodies(receiver).map(({ event, indicator, error }) => [event, indicator, error].join(' '));
      expect(told(every)).toEqual(['down database primary is DOWN: refused', 'up database ']);
      expect(told(listed)).toEqual([
        'down database/primary refused',
        'down database primary is DOWN: refused',
        'up database/primary ',
        'up database ',
      ]);
      expect(application.log.health('warn')).toHaveLength(2);
    },
  );

  it('logs a warning for an unknown indicator name', async () => {
    const { log } = await start([stock()], { url: 'http://127.0.0.1:1', indicators: ['stock', 'stok'] });
    expect(log.health('warn')).toEqual([
      'HealthAlertsModule: the target option "indicators" names "stok", but there is no indicator or composite with this name',
    ]);
  });

  it.each([
    ['faulty options', HealthModule.forRoot(), 'HealthAlertsModule options, debounce: its value is -1'],
    ['HealthModule missing', undefined, 'HealthModule is not imported'],
  ])('refuses to start with %s', async (_what, health, text) => {
    const alerts = HealthAlertsModule.forRoot({ targets: [], debounce: health ? -1 : 0 });
    const imports: DynamicModule[] = health ? [alerts, health] : [alerts];
    await expect(compile(imports)).rejects.toThrow(text);
  });
});

async function compile(imports: DynamicModule[]): Promise<void> {
  const module = await Test.createTestingModule({ imports }).compile();
  await module.close();
}

type Verify = (secret: string, timestamp: string, signature: string, body: string) => boolean;

/** Loads the code of the guide. */
async function verifierOfTheGuide(): Promise<Verify> {
  const guide = join(import.meta.dirname, '../../docs/alerts.md');
  const code = codeBlocks(guide, 'ts').find((block) => block.code.includes('isGenuine'))?.code ?? '';
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.ESNext } });
  const loaded = (await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as { isGenuine: Verify };
  return loaded.isGenuine;
}
