import { Logger } from '@nestjs/common';
import { HEALTH_MONITOR, HealthModule, type HealthMonitor, down, up } from 'nest-vitals';
import { HealthAlertsModule, type WebhookOptions, webhook } from 'nest-vitals/alerts';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { stallOf } from '../support/event-loop-stall.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { startApplication, ADAPTERS } from '../support/start-application.js';
import { type WebhookReceiver, webhookReceiver } from '../support/webhook-receiver.js';

const PATIENCE = { timeout: 20_000, interval: 10 };
const TIME: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
const RECOVERY: unknown = expect.stringMatching(/stock is UP after /);

const start = (target: WebhookOptions) => {
  const stock = FakeIndicator('stock', () => down('gone'), { ttl: 0 });
  const imports = [
    HealthAlertsModule.forRoot({ targets: [webhook(target)], debounce: 0, instance: 'host-1' }),
    HealthModule.forRoot({ service: { name: 'orders' } }),
  ];
  return startApplication(ADAPTERS[0], { imports, providers: [stock] }).then((application) => ({ application, stock }));
};

/** Sends a message about an outage and one about its recovery. The first attempt fails with the status 503. */
async function outage(target: Omit<WebhookOptions, 'url'>): Promise<WebhookReceiver> {
  const receiver = await webhookReceiver();
  receiver.respond = (response, count) => response.writeHead(count === 1 ? 503 : 202).end();
  const { application, stock } = await start({ ...target, url: `${receiver.url}/hook` });
  await application.get('/health/deep');
  await expect.poll(() => receiver.received.length, PATIENCE).toBe(2);
  stock.behaviour = () => up();
  await application.get('/health/deep');
  await expect.poll(() => receiver.received.length, PATIENCE).toBe(3);
  expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
  return receiver;
}
const bodies = ({ received }: WebhookReceiver): unknown[] => received.slice(1).map(({ body }) => JSON.parse(body));

describe('alert channels', () => {
  it('triggers and resolves an alert of PagerDuty with one key', async () => {
    const receiver = await outage({ format: 'pagerduty', routingKey: 'key-1' });
    const common = { routing_key: 'key-1', dedup_key: 'orders:test:host-1:indicator:stock' };
    expect(bodies(receiver)).toEqual([
      {
        ...common,
        event_action: 'trigger',
        payload: {
          summary: 'stock is DOWN: gone',
          source: 'host-1',
          severity: 'critical',
          timestamp: TIME,
          component: 'stock',
          custom_details: expect.objectContaining({ event: 'down', indicator: 'stock', error: 'gone' }) as unknown,
        },
      },
      { ...common, event_action: 'resolve' },
    ]);
  });

  it('creates an alert of Opsgenie and closes it by its alias', async () => {
    const receiver = await outage({ format: 'opsgenie', apiKey: 'key-1' });
    const alias = 'orders:test:host-1:indicator:stock';
    expect(receiver.received.slice(1).map(({ path }) => path)).toEqual([
      '/v2/alerts',
      `/v2/alerts/${encodeURIComponent(alias)}/close?identifierType=alias`,
    ]);
    for (const { headers } of receiver.received) expect(headers.authorization).toBe('GenieKey key-1');
    expect(bodies(receiver)).toEqual([
      {
        message: 'stock is DOWN: gone',
        alias,
        description: 'stock is DOWN: gone (orders, test, host-1)',
        source: 'host-1',
        entity: 'stock',
        priority: 'P1',
      },
      { source: 'host-1', note: RECOVERY },
    ]);
  });

  it('sends an Adaptive Card to Microsoft Teams', async () => {
    const card = (text: unknown, color: string) => ({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.2',
            body: [
              { type: 'TextBlock', text, weight: 'Bolder', color, wrap: true },
              { type: 'TextBlock', text: 'orders, test, host-1', isSubtle: true, wrap: true },
            ],
          },
        },
      ],
    });
    const receiver = await outage({ format: 'teams' });
    expect(bodies(receiver)).toEqual([card('🔴 stock is DOWN: gone', 'Attention'), card(RECOVERY, 'Good')]);
  });

  it('sends an embed to Discord', async () => {
    const message = (title: unknown, color: number) => ({
      embeds: [{ title, description: 'orders, test, host-1', color, timestamp: TIME }],
      allowed_mentions: { parse: [] },
    });
    const receiver = await outage({ format: 'discord' });
    expect(bodies(receiver)).toEqual([message('🔴 stock is DOWN: gone', 0xd32f2f), message(RECOVERY, 0x388e3c)]);
  });

  it("sends the application's text in the formats for people, and escapes it", async () => {
    const message: WebhookOptions['message'] = ({ name, event }) => `<${name}> ${event}\nhttps://wiki.example/${name}`;
    const formats: readonly Omit<WebhookOptions, 'url'>[] = [
      { format: 'slack' },
      { format: 'pagerduty', routingKey: 'key-1' },
      { format: 'opsgenie', apiKey: 'key-1' },
      { format: 'teams' },
      { format: 'discord' },
    ];
    const sent = await Promise.all(formats.map(async (target) => bodies(await outage({ ...target, message }))[0]));
    const text = '<stock> down\nhttps://wiki.example/stock';
    expect(sent).toMatchObject([
      { text: '🔴 &lt;stock&gt; down\nhttps://wiki.example/stock (orders, test, host-1)' },
      { payload: { summary: '<stock> down\\nhttps://wiki.example/stock' } },
      { message: '<stock> down\\nhttps://wiki.example/stock', description: `${text} (orders, test, host-1)` },
      { attachments: [{ content: { body: [{ text: `🔴 ${text}` }, {}] } }] },
      { embeds: [{ title: '🔴 <stock> down', description: 'https://wiki.example/stock\norders, test, host-1' }] },
    ]);
  });

  it("sends the application's text as the summary for Alertmanager", async () => {
    const receiver = await webhookReceiver();
    const { application } = await start({
      format: 'alertmanager',
      message: ({ text }) => `${text}!`,
      url: receiver.url,
    });
    await application.get('/health/deep');
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject([
      { annotations: { summary: 'stock is DOWN: gone!', status: 'DOWN' } },
    ]);
  });

  it('sends the default text when the template throws', async () => {
    const receiver = await webhookReceiver();
    const message = (): string => {
      throw new Error('broken template');
    };
    const { application } = await start({ format: 'slack', message, url: receiver.url });
    await application.get('/health/deep');
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
      text: '🔴 stock is DOWN: gone (orders, test, host-1)',
    });
    expect(application.log.health('error').join()).toContain('broken template');
  });

  it.each<[Omit<WebhookOptions, 'url'>, readonly unknown[]]>([
    [
      { format: 'pagerduty', routingKey: 'key-1' },
      [
        {
          event_action: 'trigger',
          dedup_key: 'orders:test:host-1:process:event loop',
          payload: { severity: 'warning' },
        },
        { event_action: 'resolve', dedup_key: 'orders:test:host-1:process:event loop' },
      ],
    ],
    [
      { format: 'opsgenie', apiKey: 'key-1' },
      [
        { alias: 'orders:test:host-1:process:event loop' },
        { note: expect.stringMatching(/^event loop not blocked for /) as unknown },
      ],
    ],
    [{ format: 'slack' }, [{ text: expect.stringContaining('event loop blocked for 4.2 s') as unknown }]],
  ])(
    'ends the alert about a stall when the application stops, if the receiver keeps it open: %j',
    async (target, expected) => {
      const receiver = await webhookReceiver();
      const { application } = await start({ ...target, url: receiver.url });
      application.app.get<HealthMonitor>(HEALTH_MONITOR).recordStall(stallOf(4200));
      await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
      await application.app.close();
      expect(receiver.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject(expected);
    },
  );

  it.each<Omit<WebhookOptions, 'url'>>([
    { format: 'pagerduty', routingKey: 'hidden' },
    { format: 'opsgenie', apiKey: 'hidden' },
    { format: 'teams' },
    { format: 'discord' },
  ])('logs no secret when $format refuses the alert', async (target) => {
    const error = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    onTestFinished(() => error.mockRestore());
    const receiver = await webhookReceiver();
    receiver.respond = (response) => response.writeHead(400).end('hidden');
    const { application } = await start({ ...target, url: `${receiver.url}/hidden` });
    await application.get('/health/deep');
    await expect.poll(() => JSON.stringify(error.mock.calls), PATIENCE).toContain('HTTP status 400');
    expect(JSON.stringify(error.mock.calls)).not.toContain('hidden');
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    [{ format: 'pagerduty' }, 'routingKey'],
    [{ format: 'opsgenie' }, 'apiKey'],
    [{ format: 'opsgenie', apiKey: 'hidden key' }, 'apiKey'],
    [{ format: 'discord', apiKey: 'hidden' }, 'apiKey'],
    [{ format: 'json', message: () => 'a text' }, 'message'],
  ] as const)('refuses to start with %j', async (target, option) => {
    const fault = await start({ ...target, url: 'http://127.0.0.1:1' }).catch(String);
    expect(fault).toContain(option);
    expect(fault).not.toContain('hidden');
  });
});
