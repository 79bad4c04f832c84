import { HealthModule, down, up } from 'nest-vitals';
import { HealthAlertsModule, webhook } from 'nest-vitals/alerts';
import { expect, it } from 'vitest';
import { FakeIndicator, type FakeIndicatorClass } from '../../support/fake-indicator.js';
import { alertmanager } from '../../support/servers/alertmanager.js';
import { describeWith } from '../../support/servers/describe-with.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../../support/start-application.js';

interface KnownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly updatedAt: string;
  readonly status: { readonly state: string };
}

const PATIENCE = { timeout: 20_000, interval: 50 };

async function alertsOf({ port }: PrivateServer, instance: string): Promise<KnownAlert[]> {
  const filter = encodeURIComponent(`instance="${instance}"`);
  const response = await fetch(`http://127.0.0.1:${port}/api/v2/alerts?filter=${filter}`);
  return (await response.json()) as KnownAlert[];
}

describeWith(alertmanager, 'alerts', (server) => {
  let instances = 0;

  async function start(
    adapter: AdapterName,
    resendInterval: number,
  ): Promise<{ application: TestApplication; indicator: FakeIndicatorClass; instance: string }> {
    instances += 1;
    const instance = `host-${instances}`;
    const indicator = FakeIndicator('payments', () => down('connection refused'), { ttl: 0, critical: false });
    const target = webhook({
      url: `http://127.0.0.1:${server().port}`,
      format: 'alertmanager',
      labels: { team: 'orders' },
      resendInterval,
    });
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders', environment: 'staging' } }),
        HealthAlertsModule.forRoot({ targets: [target], debounce: 0, instance }),
      ],
      providers: [indicator],
    });
    return { application, indicator, instance };
  }

  it.each(ADAPTERS)(
    'are active while an indicator is DOWN, sent again before they expire, and resolved by the recovery: %s',
    async (adapter) => {
      const { application, indicator, instance } = await start(adapter, 500);
      await application.get('/health/deep');
      const known = (): Promise<KnownAlert[]> => alertsOf(server(), instance);
      await expect.poll(known, PATIENCE).toHaveLength(1);
      const [first] = await known();
      expect(first).toMatchObject({
        labels: {
          alertname: 'HealthCheckFailing',
          indicator: 'payments',
          severity: 'warning',
          instance,
          service: 'orders',
          environment: 'staging',
          team: 'orders',
        },
        annotations: { summary: 'payments is DOWN: connection refused', status: 'DOWN' },
        status: { state: 'active' },
      });

      // Without another message the alert would have expired by now.
      const firstEnd = Date.parse(first?.endsAt ?? '');
      await expect
        .poll(
          async () => (Date.now() > firstEnd ? (await known()).map(({ endsAt }) => Date.parse(endsAt) > firstEnd) : []),
          PATIENCE,
        )
        .toEqual([true]);
      expect((await known())[0]?.startsAt).toBe(first?.startsAt);

      indicator.behaviour = () => up();
      await application.get('/health/deep');
      await expect.poll(known, PATIENCE).toEqual([]);
    },
  );

  it.each(ADAPTERS)('expire when the application has stopped: %s', async (adapter) => {
    const { application, instance } = await start(adapter, 250);
    await application.get('/health/deep');
    await expect.poll(() => alertsOf(server(), instance), PATIENCE).toHaveLength(1);
    await application.app.close();
    await expect.poll(() => alertsOf(server(), instance), PATIENCE).toEqual([]);
  });

  it('are delivered when Alertmanager is available again after an outage', async () => {
    const { application, instance } = await start('express', 500);
    await server().kill();
    expect((await application.get('/health/deep')).status).toBe(200);
    await server().restart();
    await expect.poll(() => alertsOf(server(), instance), PATIENCE).toHaveLength(1);
  }, 120_000);
});
