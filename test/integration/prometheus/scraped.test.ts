import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HealthModule, down, up } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { memoryStore } from 'nest-vitals/stores/memory';
import { describe, expect, it, vi } from 'vitest';
import { FakeIndicator, type FakeIndicatorClass } from '../../support/fake-indicator.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { freePort } from '../../support/servers/free-port.js';
import { OPERATIONS, prometheusScraping } from '../../support/servers/prometheus.js';
import { ADAPTERS, type TestApplication, createApplication } from '../../support/start-application.js';

/** Long enough for a busy machine. */
const PATIENCE = { timeout: 25_000, interval: 100 };

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: {
    readonly list: readonly { readonly type: string; readonly query: { readonly query: string } }[];
  };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

const dashboard = JSON.parse(readFileSync(join(OPERATIONS, 'grafana/dashboard.json'), 'utf8')) as Dashboard;

/** A query whose Grafana variables are replaced like Grafana does for the choice "All". */
const plain = (query: string): string =>
  query.replaceAll('$__rate_interval', '1m').replaceAll(/\$(job|instance|indicator)\b/g, '.*');

const ports = { express: await freePort(), fastify: await freePort() };

// One Prometheus for each adapter: the status changes of one application must not count as flapping of the other.
describe.each(ADAPTERS)('%s', (adapter) => {
  const port = ports[adapter];

  describeWith(prometheusScraping(port), `HealthPrometheusModule on ${adapter}`, (prometheus) => {
    async function ask<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
      const query = new URLSearchParams(parameters).toString();
      const response = await fetch(`http://127.0.0.1:${prometheus().port}/api/v1/${path}?${query}`);
      const { status, error, data } = (await response.json()) as { status: string; error?: string; data: T };
      if (status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${error}`);
      return data;
    }

    const query = async (expression: string): Promise<readonly Sample[]> =>
      (await ask<{ result: readonly Sample[] }>('query', { query: expression })).result;
    const firing = async (): Promise<readonly Alert[]> =>
      (await ask<{ alerts: readonly Alert[] }>('alerts')).alerts.filter(({ state }) => state === 'firing');
    const namesOfFiring = async (): Promise<string[]> =>
      (await firing()).map(({ labels }) => labels['alertname'] ?? '').toSorted();

    /** A healthy application that Prometheus has scraped. */
    async function start(): Promise<{
      readonly application: TestApplication;
      readonly payments: FakeIndicatorClass;
      readonly mail: FakeIndicatorClass;
    }> {
      const inBackground = { interval: 50 };
      const payments = FakeIndicator('payments', () => up(), inBackground);
      const mail = FakeIndicator('mail', () => up(), { ...inBackground, critical: false });
      const application = await createApplication(adapter, {
        imports: [
          HealthPrometheusModule.forRoot(),
          HealthModule.forRoot({ service: { name: 'orders' } }),
          HealthFleetModule.forRoot({ store: memoryStore(), metrics: true, expected: { orders: 1 } }),
        ],
        providers: [payments, mail, FakeIndicator('certificate', () => up({ days_left: 80 }), inBackground)],
      });
      await application.app.listen(port, '127.0.0.1');
      await vi.waitFor(async () => {
        expect(await query('health_indicator_status{status="UP"} == 1')).toHaveLength(3);
        expect(await namesOfFiring()).toEqual([]);
      }, PATIENCE);
      return { application, payments, mail };
    }

    it('fires an alert when an indicator is DOWN and ends it with the recovery', async () => {
      const { application, payments, mail } = await start();
      mail.behaviour = () => down('no');
      await expect.poll(firing, PATIENCE).toMatchObject([
        {
          labels: { alertname: 'HealthDependencyDown', indicator: 'mail', critical: 'false', severity: 'warning' },
          annotations: { summary: `mail is DOWN on 127.0.0.1:${port}` },
        },
      ]);
      mail.behaviour = () => up();
      await expect.poll(namesOfFiring, PATIENCE).toEqual([]);
      payments.behaviour = () => down('no');
      const expected = ['HealthDependencyDown', 'HealthFleetTooFewReady', 'HealthNotReady'];
      await expect.poll(namesOfFiring, PATIENCE).toEqual(expected);
      expect((await firing()).map(({ labels }) => labels['severity'])).toEqual(['critical', 'critical', 'critical']);
      expect((await application.get('/health/metrics')).status).toBe(200);
      payments.behaviour = () => up();
      await expect.poll(namesOfFiring, PATIENCE).toEqual([]);
    }, 120_000);

    it('returns data for every query of the dashboard and shows the indicator that is DOWN', async () => {
      const { application, payments } = await start();
      payments.behaviour = () => down('no');
      await application.get('/health/ready');
      const queries = [
        ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
        ...dashboard.annotations.list.map(({ expr }) => expr),
        ...dashboard.templating.list
          .filter(({ type }) => type === 'query')
          .map(({ query: { query: values } }) => values.replace(/^label_values\((.*), (\w+)\)$/, 'group by ($2) ($1)')),
      ].map(plain);
      expect(queries.length).toBeGreaterThan(20);
      expect(queries.filter((expression) => expression.includes('$'))).toEqual([]);
      const withoutData = async (): Promise<string[]> => {
        const responses = await Promise.all(
          queries.map(async (expression) => [expression, await query(expression)] as const),
        );
        return responses.filter(([, samples]) => samples.length === 0).map(([expression]) => expression);
      };
      // Only the query of the drain has no data, because no application shuts down.
      await expect.poll(withoutData, PATIENCE).toEqual([expect.stringContaining('health_drain_step')]);

      const panel = dashboard.panels.find(({ title }) => title === 'Indicators');
      const coded = async (): Promise<Record<string, string>> =>
        Object.fromEntries(
          (await query(plain(panel?.targets[0]?.expr ?? ''))).map(({ metric, value }) => [
            metric['indicator'],
            value[1],
          ]),
        );
      await expect.poll(coded, PATIENCE).toEqual({ payments: '4', mail: '0', certificate: '0' });
    }, 120_000);
  });
});
