import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HealthModule, down, up } from 'nest-vitals';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { describe, expect, it } from 'vitest';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { OPERATIONS, promtool } from '../../support/servers/prometheus.js';
import { missingProgram } from '../../support/servers/programs.js';
import { ADAPTERS, type AdapterName, startApplication } from '../../support/start-application.js';

const missing = missingProgram([promtool]);
const mustRun = missing === undefined || process.env['CI'] === 'true';
if (!mustRun) process.stderr.write(`skipped the tests with promtool: ${missing} is not installed\n`);

async function metricsOf(adapter: AdapterName): Promise<string> {
  const application = await startApplication(adapter, {
    imports: [HealthModule.forRoot({ service: { name: 'orders' } }), HealthPrometheusModule.forRoot()],
    providers: [
      FakeIndicator('payments', () => down('no'), { critical: false }),
      FakeIndicator('certificate', () => up({ days_left: 12 })),
    ],
  });
  await application.get('/health/deep');
  return (await application.get('/health/metrics')).text;
}

const namesIn = (exposition: string): string[] =>
  [...exposition.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);

describe.runIf(mustRun)('promtool with the Prometheus metrics', () => {
  const run = (args: readonly string[], input = ''): SpawnSyncReturns<string> =>
    spawnSync(promtool, args, { cwd: join(OPERATIONS, 'prometheus'), input, encoding: 'utf8' });

  it.each(ADAPTERS)('accepts the metrics on %s', async (adapter) => {
    const { status, stdout, stderr } = run(['check', 'metrics'], await metricsOf(adapter));
    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
  });

  it('rejects a metric that breaks the conventions', () => {
    expect(run(['check', 'metrics'], '# TYPE health_milliseconds counter\nhealth_milliseconds 1\n').status).not.toBe(0);
  });

  it('accepts the configuration and its alerts', () => {
    const { status, stdout } = run(['check', 'config', 'prometheus.yml']);
    expect(stdout).toContain('12 rules found');
    expect(status).toBe(0);
  });

  it('passes the unit tests of the alerts', () => {
    const { status, stdout, stderr } = run(['test', 'rules', 'alerts.test.yml']);
    expect(stdout + stderr).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('has a unit test for every alert', () => {
    const file = (name: string): string => readFileSync(join(OPERATIONS, 'prometheus', name), 'utf8');
    const alerts = [...file('alerts.yml').matchAll(/alert: (\w+)/g)].map(([, name = '']) => name);
    const tested = [...file('alerts.test.yml').matchAll(/alertname: (\w+)/g)].map(([, name = '']) => name);
    expect(alerts).toHaveLength(12);
    expect([...new Set(tested)].toSorted()).toEqual(alerts.toSorted());
  });
});

describe('docs/monitoring.md, with the Prometheus metrics', () => {
  const guide = readFileSync(resolve(OPERATIONS, '../docs/monitoring.md'), 'utf8');

  it('lists exactly the exported metrics', async () => {
    const described = [...guide.matchAll(/^\| `(health_\w+)`/gm)].map(([, name = '']) => name);
    expect(described.toSorted()).toEqual(namesIn(await metricsOf('fastify')).toSorted());
  });

  it('lists exactly the alerts', () => {
    const described = [...guide.matchAll(/^\| `(Health[A-Z]\w+)`/gm)].map(([, name = '']) => name);
    const alerts = readFileSync(join(OPERATIONS, 'prometheus/alerts.yml'), 'utf8');
    expect(described).toEqual([...alerts.matchAll(/alert: (\w+)/g)].map(([, name]) => name));
  });
});
