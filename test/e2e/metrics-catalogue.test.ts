import { DataPointType } from '@opentelemetry/sdk-metrics';
import { HEALTH_MONITOR, HealthModule, type HealthMonitor, down, up } from 'nest-vitals';
import { HealthFleet, HealthFleetModule } from 'nest-vitals/fleet';
import { HealthOpenTelemetryModule } from 'nest-vitals/opentelemetry';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { HealthSourcesModule, storeSource } from 'nest-vitals/sources';
import { memoryStore } from 'nest-vitals/stores/memory';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/metrics/catalogue.js';
import { stallOf } from '../support/event-loop-stall.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { ADAPTERS, startApplication } from '../support/start-application.js';
import { MetricsInMemory } from '../support/telemetry.js';

/** Dashboards and alert rules use these names and labels, so a change of the catalogue must not change them. */
const EXPORTED = [
  ['health_service_info', 'gauge', undefined, 'name version environment commit'],
  ['health_application_phase', 'gauge', 'health.application.phase', 'phase'],
  ['health_drain_step', 'gauge', 'health.drain.step', 'step'],
  ['health_probe_status', 'gauge', 'health.probe.status', 'probe status'],
  ['health_indicator_status', 'gauge', 'health.indicator.status', 'indicator status'],
  ['health_indicator_info', 'gauge', 'health.indicator.info', 'indicator critical'],
  ['health_override_active', 'gauge', 'health.override.active', 'indicator'],
  ['health_indicator_shared_outage', 'gauge', 'health.indicator.shared_outage', 'indicator'],
  ['health_source_connected', 'gauge', 'health.source.connected', 'source'],
  ['health_source_refused_entries', 'gauge', 'health.source.refused_entries', 'source'],
  ['health_indicator_data', 'gauge', 'health.indicator.data', 'indicator name'],
  ['health_check_stray_runs', 'gauge', 'health.check.stray_runs', 'indicator'],
  ['health_indicator_status_changes_total', 'counter', 'health.indicator.status_changes', 'indicator'],
  ['health_check_runs_total', 'counter', 'health.check.runs', 'indicator outcome'],
  ['health_check_timeouts_total', 'counter', 'health.check.timeouts', 'indicator'],
  ['health_check_duration_seconds', 'histogram', 'health.check.duration', 'indicator'],
  ['health_check_last_success_timestamp_seconds', 'gauge', 'health.check.last_success_timestamp', 'indicator'],
  ['health_probe_responses_total', 'counter', 'health.probe.responses', 'probe code prober'],
  ['health_event_loop_stalls_total', 'counter', 'health.event_loop.stalls', ''],
  ['health_event_loop_stall_seconds', 'histogram', 'health.event_loop.stall', ''],
  ['health_fleet_instances', 'gauge', 'health.fleet.instances', 'service phase'],
  ['health_fleet_ready_instances', 'gauge', 'health.fleet.ready_instances', 'service'],
  ['health_fleet_expected_instances', 'gauge', 'health.fleet.expected_instances', 'service'],
  ['health_fleet_failing_instances', 'gauge', 'health.fleet.failing_instances', 'service indicator'],
  ['health_fleet_store_connected', 'gauge', 'health.fleet.store_connected', ''],
] as const;

const TYPES = { sum: DataPointType.SUM, counter: DataPointType.SUM, gauge: DataPointType.GAUGE };

describe.each(ADAPTERS)('the catalogue of metrics on %s', (adapter) => {
  /** An application with both exporters and at least one series of each metric. */
  async function start(): Promise<{ readonly registry: Registry; readonly sdk: MetricsInMemory }> {
    const registry = new Registry();
    const sdk = new MetricsInMemory();
    const service = { name: 'orders', version: '1.4.2', environment: 'test', commit: '3f2c1a9' };
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({ service }),
        HealthSourcesModule.forRoot({ sources: [storeSource({ store: memoryStore(), prefix: 'config/' })] }),
        HealthFleetModule.forRoot({ store: memoryStore(), expected: { orders: 2 }, metrics: true }),
        HealthPrometheusModule.forRoot({ registry }),
        HealthOpenTelemetryModule.forRoot({ meterProvider: sdk.provider }),
      ],
      providers: [
        FakeIndicator('payments', () => down('no')),
        FakeIndicator('certificate', () => up({ days_left: 12 })),
      ],
    });
    await application.get('/health/deep');
    const failing = (): object => application.app.get(HealthFleet).report().services[0]?.failing ?? {};
    await expect.poll(failing, { timeout: 20_000 }).toEqual({ payments: 1 });
    application.app.get<HealthMonitor>(HEALTH_MONITOR).recordStall(stallOf(4200));
    return { registry, sdk };
  }

  const labelsOf = (series: readonly object[]): string[] =>
    [...new Set(series.flatMap((labels) => Object.keys(labels)))].filter((label) => label !== 'le').toSorted();

  it('has the exported names and labels, in the order of the export', () => {
    expect(METRICS.map(({ labels }) => labels.join(' '))).toEqual(EXPORTED.map(([, , , labels]) => labels));
    expect(
      METRICS.map(({ name, isResource }: { name: string; isResource?: boolean }) =>
        isResource ? undefined : `health.${name}`,
      ),
    ).toEqual(EXPORTED.map(([, , instrument]) => instrument));
  });

  it('contains exactly the metrics of HealthPrometheusModule, with names, kinds, help texts and labels', async () => {
    const { registry } = await start();
    const exported = await registry.getMetricsAsJSON();
    expect(exported.map(({ name, type, help }) => [name, String(type), help])).toEqual(
      EXPORTED.map(([name, kind], index) => [name, kind, METRICS[index]?.help]),
    );
    expect(exported.map(({ values }) => labelsOf(values.map(({ labels }) => labels)))).toEqual(
      METRICS.map(({ labels }) => labels.toSorted()),
    );
  });

  it('contains exactly the metrics of HealthOpenTelemetryModule, without the properties of the service', async () => {
    const { sdk } = await start();
    const catalogue = METRICS.filter((metric) => !('isResource' in metric));
    const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
      one.name.localeCompare(other.name);
    const exported = (await sdk.collected()).map(({ descriptor, dataPointType, dataPoints }) => ({
      name: descriptor.name,
      help: descriptor.description,
      unit: descriptor.unit,
      type: dataPointType,
      labels: labelsOf(dataPoints.map(({ attributes }) => attributes)),
    }));
    expect(exported.toSorted(byName)).toEqual(
      catalogue
        .map(({ name, help, unit, kind, labels }) => ({
          name: `health.${name}`,
          help,
          unit,
          type: kind === 'histogram' ? DataPointType.HISTOGRAM : TYPES[kind],
          labels: labels.toSorted(),
        }))
        .toSorted(byName),
    );
  });
});
