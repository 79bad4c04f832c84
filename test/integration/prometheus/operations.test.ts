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
if (!mustRun) process.stderr.write(`skipped: what promtool says, because ${missing} is not installed\n`);

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

describe.runIf(mustRun)('promtool', () => {
  const run = (args: readonly string[], input = ''): SpawnSyncReturns<string> =>
    spawnSync(promtool, args, { cwd: join(OPERATIONS, 'prometheus'), input, encoding: 'utf8' });

  it.each(ADAPTERS)('finds nothing to say about the metrics on %s', async (adapter) => {
    const { status, stdout, stderr } = run(['check', 'metrics'], await metricsOf(adapter));
    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
  });

  it('would find a fault in them', () => {
    expect(run(['check', 'metrics'], '# TYPE health_milliseconds counter\nhealth_milliseconds 1\n').status).not.toBe(0);
  });

  it('accepts the configuration, and the alerts that it names', () => {
    const { status, stdout } = run(['check', 'config', 'prometheus.yml']);
    expect(stdout).toContain('7 rules found');
    expect(status).toBe(0);
  });

  it('sees each alert fire, and not fire, as its unit test says', () => {
    const { status, stdout, stderr } = run(['test', 'rules', 'alerts.test.yml']);
    expect(stdout + stderr).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('is asked about every alert', () => {
    const file = (name: string): string => readFileSync(join(OPERATIONS, 'prometheus', name), 'utf8');
    const alerts = [...file('alerts.yml').matchAll(/alert: (\w+)/g)].map(([, name = '']) => name);
    const tested = [...file('alerts.test.yml').matchAll(/alertname: (\w+)/g)].map(([, name = '']) => name);
    expect(alerts).toHaveLength(7);
    expect([...new Set(tested)].toSorted()).toEqual(alerts.toSorted());
  });
});

describe('docs/monitoring.md', () => {
  const guide = readFileSync(resolve(OPERATIONS, '../docs/monitoring.md'), 'utf8');

  it('has a line for each metric, and for no other', async () => {
    const described = [...guide.matchAll(/^\| `(health_\w+)`/gm)].map(([, name = '']) => name);
    expect(described.toSorted()).toEqual(namesIn(await metricsOf('fastify')).toSorted());
  });

  it('has a line for each alert', () => {
    const described = [...guide.matchAll(/^\| `(Health[A-Z]\w+)`/gm)].map(([, name = '']) => name);
    const alerts = readFileSync(join(OPERATIONS, 'prometheus/alerts.yml'), 'utf8');
    expect(described).toEqual([...alerts.matchAll(/alert: (\w+)/g)].map(([, name]) => name));
  });
});
