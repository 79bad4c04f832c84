import { HealthModule, down, up } from 'nest-vitals';
import { HttpIndicator } from 'nest-vitals/indicators';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { describe, expect, it } from 'vitest';
import { respondWith, startHttpServer } from '../integration/indicators/support/http-server.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../support/start-application.js';

type Providers = NonNullable<Parameters<typeof startApplication>[1]['providers']>;

const serve = (adapter: AdapterName, name: string, providers: Providers): Promise<TestApplication> =>
  startApplication(adapter, {
    imports: [HealthModule.forRoot({ service: { name }, deadline: 400 }), HealthDashboardModule.forRoot()],
    providers,
  });

const deepOf = ({ port }: TestApplication): string => `http://127.0.0.1:${port}/health/deep`;

const dataOf = async (application: TestApplication, indicator: string): Promise<Record<string, unknown>> => {
  const { body } = await application.get('/health/deep');
  return (body as { details: Record<string, { data: Record<string, unknown> }> }).details[indicator]?.data ?? {};
};

describe.each(ADAPTERS)('services that check each other over HTTP, on %s', (adapter) => {
  it('report the components of three levels, with names, statuses and times only', async () => {
    const vault = FakeIndicator('vault', () => down('refused by admin:hunter2@10.0.0.9', { token: 'hunter2' }));
    const bank = await serve(adapter, 'bank-gateway', [vault, FakeIndicator('cache')]);
    const ledger = await serve(adapter, 'ledger-api', [HttpIndicator('bank', { url: deepOf(bank) })]);
    const payments = await serve(adapter, 'payments', [
      HttpIndicator('ledger', { url: deepOf(ledger), critical: false }),
      FakeIndicator('database'),
    ]);
    const orders = await serve(adapter, 'orders', [HttpIndicator('payments_service', { url: deepOf(payments) })]);

    const { reported_components: components, ...data } = await dataOf(orders, 'payments_service');
    const since = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(data).toEqual({
      host: `127.0.0.1:${payments.port}`,
      http_status: 200,
      reported_status: 'DEGRADED',
      reported_service: 'payments',
      reported_failing: ['ledger'],
    });
    expect(components).toEqual([
      {
        name: 'ledger',
        status: 'DOWN',
        since,
        service: 'ledger-api',
        components: [
          {
            name: 'bank',
            status: 'DOWN',
            since,
            service: 'bank-gateway',
            components: [
              { name: 'vault', status: 'DOWN', since },
              { name: 'cache', status: 'UP' },
            ],
          },
        ],
      },
      { name: 'database', status: 'UP' },
    ]);

    const { text } = await orders.get('/health/dashboard', { accept: 'text/html' });
    const words = text
      .slice(text.indexOf('Reported by the dependency'), text.indexOf('<h3>Data</h3>'))
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    expect(words).toContain('payments_service ( payments ) reports DEGRADED');
    expect(words).toMatch(
      /ledger \(ledger-api\) Down for .* bank \(bank-gateway\) Down for .* vault Down for .* cache Up .*database Up/,
    );
    expect(text).not.toContain('hunter2');
  });

  it('report a limited tree where they check each other', async () => {
    const applications: TestApplication[] = [];
    const check = (index: number): Providers => [
      HttpIndicator('other', { url: () => deepOf(applications[index] as TestApplication), ttl: 0, timeout: 300 }),
      FakeIndicator('database', () => up()),
    ];
    applications.push(await serve(adapter, 'orders', check(1)), await serve(adapter, 'payments', check(0)));
    const [orders] = applications as [TestApplication];
    // Each response contains the previous response of the other service.
    for (let round = 0; round < 5; round += 1) {
      const { reported_components: components = [] } = await dataOf(orders, 'other');
      const nested = JSON.stringify(components);
      expect(nested.match(/"components"/g)?.length ?? 0).toBeLessThanOrEqual(2);
      expect(nested.match(/"service":"payments"/g)?.length ?? 0).toBeLessThanOrEqual(1);
    }
  });
});

it('show no markup of a dependency, and 50 of 10,000 components', async () => {
  const details = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`part_${index}`, { status: 'UP', since: '<img src=x>' }]),
  );
  const evil = { '<script>alert(1)</script>': { status: 'DOWN' }, '&lt;b&gt;': { status: 'DOWN' } };
  const body = JSON.stringify({
    status: 'UP',
    service_info: { name: '<i>evil</i>' },
    details: { ...evil, ...details },
  });
  const { origin } = await startHttpServer(respondWith(200, body));
  const orders = await serve('express', 'orders', [HttpIndicator('evil', { url: origin, maxBodyBytes: 1_000_000 })]);
  const data = await dataOf(orders, 'evil');
  expect(data['reported_components']).toHaveLength(50);
  expect(data['reported_omitted']).toBe(9952);
  expect(data).not.toHaveProperty('reported_service');
  const { text } = await orders.get('/health/dashboard', { accept: 'text/html' });
  expect(text).not.toMatch(/alert\(1\)|<img|<i>evil/);
  expect(text).toContain('and 9952 more');
});
