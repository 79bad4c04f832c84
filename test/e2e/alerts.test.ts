import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { HealthModule, type HealthResult, degraded, down, up } from 'nest-vitals';
import { type HealthAlertsOptions, HealthAlertsModule, type WebhookOptions, webhook } from 'nest-vitals/alerts';
import ts from 'typescript';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { codeBlocks } from '../support/code-blocks.js';
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
    indicator.answer = () => result;
    return application.get('/health/deep');
  };

  it('one message when something goes down, and one when it is back, with how long it was', async () => {
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

  it('each target by its own statuses and indicators, and probes where they are asked for', async () => {
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
    const told = (receiver: WebhookReceiver): string[] =>
      bodies(receiver).map(({ event, indicator, probe, error }) => [event, indicator ?? probe, error].join(' ').trim());
    await expect
      .poll(() => told(all), PATIENCE)
      .toEqual(['down stock slow', 'down ledger gone, too', 'up stock', 'up ledger']);
    await expect.poll(() => told(some), PATIENCE).toEqual(['down ledger gone, too', 'up ledger']);
    await expect.poll(() => told(ready), PATIENCE).toEqual(['down ready', 'up ready']);
  });

  it('a flap that is shorter than the debounce is nothing', async () => {
    const receiver = await webhookReceiver();
    const [one, other] = [stock(), FakeIndicator('ledger', () => up(), { ttl: 0 })];
    const application = await start([one, other], { url: receiver.url }, { debounce: 500 });
    await becomes(application, one, down('gone'));
    one.answer = () => up();
    await becomes(application, other, down('gone'));
    await expect.poll(() => bodies(receiver).map(({ indicator }) => indicator), PATIENCE).toEqual(['ledger']);
  });

  it('Slack is told in its own words, with its own markup escaped', async () => {
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

  it('a signed request is verified as the guide says, and another is not', async () => {
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

  it.each([500, 429, 408])('a receiver that answers %i and then 200 has it after a while, once', async (status) => {
    const receiver = await webhookReceiver();
    receiver.answer = (response, count) => response.writeHead(count === 1 ? status : 200).end();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url });
    await becomes(application, indicator, down('gone'));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(2);
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
    await becomes(application, indicator, up());
    await expect.poll(() => bodies(receiver).map(({ event }) => event), PATIENCE).toEqual(['down', 'down', 'up']);
    expect(application.log.health('error')).toEqual([]);
  });

  it('a receiver that refuses the request is not asked twice, nor is one that sends elsewhere', async () => {
    const [refusing, moved] = [await webhookReceiver(), await webhookReceiver()];
    refusing.answer = (response) => response.writeHead(404).end();
    moved.answer = (response) => response.writeHead(307, { location: refusing.url }).end();
    const indicator = stock();
    const application = await start([indicator], [{ url: refusing.url }, { url: moved.url }]);
    await becomes(application, indicator, down('gone'));
    await expect
      .poll(() => application.log.health('error').toSorted(), PATIENCE)
      .toEqual(
        [
          `The alert that stock is DOWN did not reach ${refusing.url}, tried once: it answered 404`,
          `The alert that stock is DOWN did not reach ${moved.url}, tried once: it answered 307`,
        ].toSorted(),
      );
    expect(refusing.received).toHaveLength(1);
  });

  it('one that nobody answers, and one that hangs, are given up; the log holds no credentials, nor paths', async () => {
    const hanging = await webhookReceiver();
    hanging.answer = () => undefined;
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
          `The alert that stock is DOWN did not reach http://127.0.0.1:${port}, tried 2 times: connection refused (ECONNREFUSED)`,
          `The alert that stock is DOWN did not reach ${hanging.url}, tried once: timed out (ETIMEDOUT)`,
        ].toSorted(),
      );
    expect(application.log.text).not.toContain('hunter2');
  });

  it('credentials of the URL go to the receiver', async () => {
    const receiver = await webhookReceiver();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url.replace('//', '//user:p%40ss@') });
    await becomes(application, indicator, down('gone'));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(receiver.received[0]?.headers).toMatchObject({ authorization });
  });

  it('a slow receiver holds up no probe, and too many alerts drop the oldest', async () => {
    const receiver = await webhookReceiver();
    const free = latch();
    receiver.answer = (response) => void free.promise.then(() => response.end());
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url }, { queueSize: 2 });
    await becomes(application, indicator, down('1'));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    for (const result of [up(), down('2'), up(), down('3')]) await becomes(application, indicator, result);
    const line = `More than 2 alerts wait for ${receiver.url}: the oldest is dropped`;
    expect(application.log.health('warn').filter((text) => text.startsWith('More'))).toEqual([
      `${line} (1 so far)`,
      `${line} (2 so far)`,
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

  it('a shutdown is no alert, and what waits is sent before it is over', async () => {
    const receiver = await webhookReceiver();
    receiver.answer = (response, count) => response.writeHead(count === 1 ? 503 : 200).end();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url, probes: ['ready'], indicators: ['stock'] });
    await application.get('/health/ready');
    indicator.answer = () => down('gone');
    await application.get('/health/stock');
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    await application.app.close();
    const told = bodies(receiver).map(
      ({ event, indicator: name, probe }) => `${String(event)} ${String(name ?? probe)}`,
    );
    // The probe was down because of its indicator; that it went out of service is none.
    expect(told.slice(1).toSorted()).toEqual(['down ready', 'down stock']);
    expect(application.log.health('error')).toEqual([]);
  });

  it('what has not lasted for the debounce when the drain begins is not told during it', async () => {
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

  it('a drain alone sends nothing', async () => {
    const receiver = await webhookReceiver();
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url, probes: ['ready', 'live', 'deep'] });
    await application.get('/health/deep');
    await application.app.close();
    expect(receiver.received).toEqual([]);
  });

  it('a shutdown does not wait for a receiver that hangs', async () => {
    const receiver = await webhookReceiver();
    receiver.answer = () => undefined;
    const indicator = stock();
    const application = await start([indicator], { url: receiver.url }, { shutdownTimeout: 50 });
    await becomes(application, indicator, down('gone'));
    await becomes(application, indicator, up());
    await application.app.close();
    expect(application.log.health('error')).toEqual([
      expect.stringContaining('tried once: '),
      `1 alerts for ${receiver.url} were not sent before the shutdown`,
    ]);
  });

  it('options can come from a factory', async () => {
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

  it('a name that nobody has is a warning', async () => {
    const { log } = await start([stock()], { url: 'http://127.0.0.1:1', indicators: ['stock', 'stok'] });
    expect(log.health('warn')).toEqual(['Alerts are to be sent for "stok", which does not exist']);
  });

  it.each([
    ['faulty options', HealthModule.forRoot(), 'HealthAlertsModule options, debounce: its value is -1'],
    ['nothing to listen to', undefined, 'HealthModule is not imported'],
  ])('the application does not start with %s', async (_what, health, text) => {
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

/** The code that the guide gives to the reader. */
async function verifierOfTheGuide(): Promise<Verify> {
  const guide = join(import.meta.dirname, '../../docs/alerts.md');
  const code = codeBlocks(guide, 'ts').find((block) => block.code.includes('isGenuine'))?.code ?? '';
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.ESNext } });
  const loaded = (await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as { isGenuine: Verify };
  return loaded.isGenuine;
}
