import type { Counter, Gauge, Histogram, Metric, Registry, RegistryContentType } from 'prom-client';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
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
import { prometheusName } from '../../metrics/prometheus-name.js';
import type { PromClient } from './prom-client.js';
import { type PrometheusSettings, metricTaken } from './prometheus-options.js';

/** Constructor arguments that all kinds of metrics share. */
interface Common {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly registers: Registry[];
}

/** The metrics of the catalogue as metrics of prom-client. Collecting them runs no check. */
export class HealthMetrics implements MetricSink {
  /** Contains these metrics and no others. */
  readonly registry: Registry;
  readonly #client: PromClient;
  readonly #recorder: MetricRecorder;
  readonly #metrics = new Map<string, Metric>();
  readonly #counters = new Map<CounterMetric, Counter>();
  readonly #histograms = new Map<HistogramMetric, Histogram>();

  constructor(client: PromClient, { prefix, buckets, data }: PrometheusSettings, monitor: HealthMonitor) {
    this.registry = new client.Registry();
    this.#client = client;
    this.#recorder = new MetricRecorder(monitor, data, this);
    for (const metric of METRICS) {
      const { help, labels } = metric;
      const common = { name: prometheusName(metric, prefix), help, labelNames: labels, registers: [this.registry] };
      this.#metrics.set(common.name, this.#create(metric, common, buckets));
    }
  }

  /** Adds the metrics to a registry of the application. Throws if it has a metric with one of their names. */
  addTo(registry: Registry<RegistryContentType>): void {
    const taken = [...this.#metrics.keys()].filter((name) => registry.getSingleMetric(name));
    if (taken.length > 0) throw new HealthConfigurationError(taken.map(metricTaken));
    for (const metric of this.#metrics.values()) registry.registerMetric(metric);
  }

  removeFrom(registry: Registry<RegistryContentType>): void {
    for (const [name, metric] of this.#metrics) {
      if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name);
    }
  }

  /** Starts counting. Returns the function that stops it. */
  listen(): () => void {
    return this.#recorder.listen();
  }

  add(metric: CounterMetric, amount: number, labels: MetricLabels): void {
    this.#counters.get(metric)?.inc(labels, amount);
  }

  record(metric: HistogramMetric, value: number, labels: MetricLabels): void {
    this.#histograms.get(metric)?.observe(labels, value);
  }

  create(metric: HistogramMetric, labels: MetricLabels): void {
    this.#histograms.get(metric)?.zero(labels);
  }

  remove(metric: CounterMetric | HistogramMetric, labels: MetricLabels): void {
    const series = metric.kind === 'counter' ? this.#counters.get(metric) : this.#histograms.get(metric);
    series?.remove(labels);
  }

  #create(metric: HealthMetric, common: Common, buckets: readonly number[]): Metric {
    const collect = (): void => this.#recorder.flush();
    if (metric.kind === 'counter') {
      const counter = new this.#client.Counter({ ...common, collect });
      this.#counters.set(metric, counter);
      return counter;
    }
    if (metric.kind === 'histogram') {
      const histogram = new this.#client.Histogram({ ...common, collect, buckets: [...(metric.buckets ?? buckets)] });
      this.#histograms.set(metric, histogram);
      return histogram;
    }
    return this.#observed(metric, common);
  }

  /** A gauge whose series are replaced at each collection: a series that is no longer reported disappears. */
  #observed(metric: ObservedMetric, common: Common): Gauge {
    const gauge: Gauge = new this.#client.Gauge({
      ...common,
      collect: () => {
        gauge.reset();
        // Without this, a gauge without labels has a series with the value 0, even if nothing is measured.
        gauge.remove({});
        this.#recorder.read(metric, (value, labels) => gauge.set(labels, value));
      },
    });
    return gauge;
  }
}
