import type { BatchObservableResult, Counter, Histogram, Meter, Observable } from '@opentelemetry/api';
import { HEALTH_STATUSES } from '../../core/status.js';
import type { HealthMonitor } from '../../extension/health-monitor.js';
import { METRICS } from '../../metrics/catalogue.js';
import type {
  CounterMetric,
  HealthMetric,
  HistogramMetric,
  MetricLabels,
  MetricSink,
  ObservedMetric,
} from '../../metrics/metric.js';
import { MetricRecorder } from '../../metrics/metric-recorder.js';
import type { OpenTelemetrySettings } from './opentelemetry-options.js';

/** The metrics of the catalogue as instruments of OpenTelemetry. Collecting them runs no check. */
export class HealthInstruments implements MetricSink {
  readonly #meter: Meter;
  readonly #monitor: HealthMonitor;
  readonly #recorder: MetricRecorder;
  readonly #observed = new Map<Observable, ObservedMetric>();
  readonly #counters = new Map<CounterMetric, Counter>();
  readonly #histograms = new Map<HistogramMetric, Histogram>();

  constructor(meter: Meter, { buckets, data }: OpenTelemetrySettings, monitor: HealthMonitor) {
    this.#meter = meter;
    this.#monitor = monitor;
    this.#recorder = new MetricRecorder(monitor, data, this);
    for (const metric of METRICS) this.#create(metric, buckets);
  }

  /** Starts counting and makes the states readable. Returns the function that stops both. */
  listen(): () => void {
    const observables = [...this.#observed.keys()];
    const removed = new Set<string>();
    const collect = (result: BatchObservableResult): void => {
      this.#recorder.flush();
      this.#endStatuses(result, removed);
      for (const [observable, metric] of this.#observed) {
        this.#recorder.read(metric, (value, labels) => result.observe(observable, value, labels));
      }
    };
    this.#meter.addBatchObservableCallback(collect, observables);
    const stopListening = this.#recorder.listen();
    const stopRemovals = this.#monitor.onRemoved((indicator) => removed.add(indicator));
    return () => {
      stopListening();
      stopRemovals();
      // The SDK is shut down after the application and then collects once more.
      this.#recorder.flush();
      this.#meter.removeBatchObservableCallback(collect, observables);
    };
  }

  add(metric: CounterMetric, amount: number, labels: MetricLabels): void {
    this.#counters.get(metric)?.add(amount, labels);
  }

  record(metric: HistogramMetric, value: number, labels: MetricLabels): void {
    this.#histograms.get(metric)?.record(value, labels);
  }

  create(): void {
    // A histogram of OpenTelemetry has no series before its first value.
  }

  remove(): void {
    // The API of OpenTelemetry cannot end a series of a counter. The SDK limits how many there are.
  }

  /**
   * With cumulative temporality, the JavaScript SDK repeats the last value of each series for ever. A removed indicator must
   * not stay DOWN there, so its status ends with 0. A new indicator of the same name is observed after that.
   */
  #endStatuses(result: BatchObservableResult, removed: Set<string>): void {
    for (const [observable, { name }] of this.#observed) {
      if (name !== 'indicator.status') continue;
      for (const indicator of removed) {
        for (const status of HEALTH_STATUSES) result.observe(observable, 0, { indicator, status });
      }
    }
    removed.clear();
  }

  #create(metric: HealthMetric, buckets: readonly number[]): void {
    const name = `health.${metric.name}`;
    const options = { description: metric.help, unit: metric.unit };
    if (metric.kind === 'counter') {
      this.#counters.set(metric, this.#meter.createCounter(name, options));
    } else if (metric.kind === 'histogram') {
      const advice = { explicitBucketBoundaries: [...(metric.buckets ?? buckets)] };
      this.#histograms.set(metric, this.#meter.createHistogram(name, { ...options, advice }));
    } else if (!metric.isResource) {
      const instrument =
        metric.kind === 'sum'
          ? this.#meter.createObservableUpDownCounter(name, options)
          : this.#meter.createObservableGauge(name, options);
      this.#observed.set(instrument, metric);
    }
  }
}
