import type { FleetCounts, FleetLink } from '../extension/fleet-link.js';
import type { MetricLabels, ObservedMetric } from './metric.js';

/** The part of a `MetricSource` that the metrics of the fleet are read from. */
export interface FleetMetricSource {
  readonly monitor: { readonly fleet: Pick<FleetLink, 'counts'> | undefined };
}

/** An `ObservedMetric` that can be read without an application. */
export interface FleetMetric extends Omit<ObservedMetric, 'read'> {
  read(source: FleetMetricSource, observe: (value: number, labels: MetricLabels) => void): void;
}

/**
 * The fleet by the entries that this instance has received, with the option `metrics` of `HealthFleetModule`. Several instances report the same
 * values, so the values of instances must not be added up.
 */
export const FLEET_METRICS: readonly FleetMetric[] = [
  {
    kind: 'gauge',
    name: 'fleet.instances',
    help: 'Instances of a service by phase, from the entries that this instance has received.',
    unit: '{instance}',
    labels: ['service', 'phase'],
    read({ monitor }, observe) {
      for (const { service, phases } of servicesOf(monitor)) {
        for (const [phase, count] of Object.entries(phases)) observe(count, { service, phase });
      }
    },
  },
  {
    kind: 'gauge',
    name: 'fleet.ready_instances',
    help: 'Instances of a service that are ready, from the entries that this instance has received.',
    unit: '{instance}',
    labels: ['service'],
    read({ monitor }, observe) {
      for (const { service, ready } of servicesOf(monitor)) observe(ready, { service });
    },
  },
  {
    kind: 'gauge',
    name: 'fleet.expected_instances',
    help: 'Required number of ready instances of a service, from the option expected of HealthFleetModule.',
    unit: '{instance}',
    labels: ['service'],
    read({ monitor }, observe) {
      for (const { service, expected } of servicesOf(monitor)) {
        if (expected !== undefined) observe(expected, { service });
      }
    },
  },
  {
    kind: 'gauge',
    name: 'fleet.failing_instances',
    help: 'Instances of a service, not lost or left, in which an indicator fails. Absent while it fails in none.',
    unit: '{instance}',
    labels: ['service', 'indicator'],
    read({ monitor }, observe) {
      for (const { service, failing } of servicesOf(monitor)) {
        for (const [indicator, count] of failing) observe(count, { service, indicator });
      }
    },
  },
  {
    kind: 'gauge',
    name: 'fleet.store_connected',
    help: 'Whether the store of the fleet is connected: 1 or 0.',
    unit: '{store}',
    labels: [],
    read({ monitor }, observe) {
      const counts = monitor.fleet?.counts();
      if (counts) observe(Number(counts.isConnected), {});
    },
  },
];

function servicesOf(monitor: FleetMetricSource['monitor']): readonly FleetCounts[] {
  return monitor.fleet?.counts()?.services ?? [];
}
