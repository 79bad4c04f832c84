import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HEALTH_MONITOR, HealthModule, type HealthMonitor, down, up } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { HealthOpenTelemetryModule } from 'nest-vitals/opentelemetry';
import { HealthSourcesModule, storeSource } from 'nest-vitals/sources';
import { memoryStore } from 'nest-vitals/stores/memory';
import { describe, expect, it, vi } from 'vitest';
import { stallOf } from '../../support/event-loop-stall.js';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { missingProgram } from '../../support/servers/programs.js';
import { OPERATIONS, promtool } from '../../support/servers/prometheus.js';
import { startApplication } from '../../support/start-application.js';
import { MetricsInMemory, NAMES_WITH_UNITS } from '../../support/telemetry.js';

const missing = missingProgram([promtool]);
const mustRun = missing === undefined || process.env['CI'] === 'true';
if (!mustRun) process.stderr.write(`skipped the tests with promtool: ${missing} is not installed\n`);

/** An application with at least one series of each metric. */
async function measured(views = NAMES_WITH_UNITS): Promise<MetricsInMemory> {
  const sdk = new MetricsInMemory(views);
  const application = await startApplication('express', {
    imports: [
      HealthModule.forRoot({ service: { name: 'orders' } }),
      HealthOpenTelemetryModule.forRoot({ meterProvider: sdk.provider }),
      HealthFleetModule.forRoot({ store: memoryStore(), metrics: true, expected: { orders: 1 } }),
      HealthSourcesModule.forRoot({ sources: [storeSource({ store: memoryStore(), prefix: 'config/' })] }),
    ],
    providers: [
      FakeIndicator('payments', () => down('no'), { critical: false }),
      FakeIndicator('certificate', () => up({ days_left: 12 })),
    ],
  });
  await application.get('/health/deep');
  application.app.get<HealthMonitor>(HEALTH_MONITOR).recordStall(stallOf(4200));
  await vi.waitFor(async () => expect(await sdk.names()).toContain('health.fleet.failing_instances'), 20_000);
  return sdk;
}

const typesIn = (exposition: string): Map<string, string> =>
  new Map([...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));

describe.runIf(mustRun)('promtool with the OpenTelemetry metrics', () => {
  it('accepts the metrics', async () => {
    const input = await (await measured()).exposition();
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('the files in ops, with the OpenTelemetry metrics', () => {
  it.each(['prometheus/alerts.yml', 'grafana/dashboard.json'])(
    '%s uses only metrics that OpenTelemetry exports',
    async (file) => {
      const text = readFileSync(join(OPERATIONS, file), 'utf8');
      const asked = new Set(
        [...text.matchAll(/\bhealth_\w+(?=\{)/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, '')),
      );
      const there = typesIn(await (await measured()).exposition());
      expect(asked.size).toBeGreaterThan(3);
      expect([...asked].filter((name) => !there.has(name)).toSorted()).toEqual(
        file.startsWith('grafana') ? ['health_service_info'] : [],
      );
    },
  );
});

describe('docs/monitoring.md, with the OpenTelemetry metrics', () => {
  it('lists exactly the instruments with their names in Prometheus', async () => {
    const guide = readFileSync(resolve(OPERATIONS, '../docs/monitoring.md'), 'utf8');
    const described = [...guide.matchAll(/^\| `(health\.[\w.]+)`.*\| `(health_\w+)`/gm)].map(
      ([, own = '', there = '']) => [own, there] as const,
    );
    const exported = await (await measured()).exposition();
    const names = await (await measured([])).names();
    const expected = [...typesIn(exported).keys()].map((name) => {
      const bare = name.replace(/_(total|seconds)$/, '');
      return [names.find((own) => own.replaceAll(/\W/g, '_') === bare) ?? '', name] as const;
    });
    expect(new Map(described)).toEqual(new Map(expected));
    expect(described).toHaveLength(expected.length);
  });
});
