import type { HealthMonitor } from '../extension/health-monitor.js';

/** The labels of one series. */
export type MetricLabels = Readonly<Record<string, string>>;

/** The source of observed metrics. */
export interface MetricSource {
  readonly monitor: HealthMonitor;
  /** Names of the `data` that is exported where it is a number. */
  readonly data: readonly string[];
  /** Seconds since 1970 of the last successful run, by indicator. */
  readonly lastSuccess: ReadonlyMap<string, number>;
}

/** Description of a metric. Every exporter derives its own format from it. */
interface MetricDescription {
  /** Words separated by dots, without prefix and unit: `check.runs`. Each exporter derives its own name from it. */
  readonly name: string;
  readonly help: string;
  /** In the notation of UCUM, as OpenTelemetry uses it: `s`, `{run}`. Empty: no unit. */
  readonly unit: string;
  readonly labels: readonly string[];
}

/** A value that is read when the metrics are collected. */
export interface ObservedMetric extends MetricDescription {
  /** `sum`: the values of all instances can be added up. `gauge`: they cannot. */
  readonly kind: 'sum' | 'gauge';
  /**
   * True: a property of the service. OpenTelemetry has it in the resource of the SDK, and therefore not as a metric.
   */
  readonly isResource?: boolean;
  /** Calls `observe` once for each series. Runs no check. */
  read(source: MetricSource, observe: (value: number, labels: MetricLabels) => void): void;
}

/** A count of events since the start. */
export interface CounterMetric extends MetricDescription {
  readonly kind: 'counter';
}

/** A distribution of measured values. */
export interface HistogramMetric extends MetricDescription {
  readonly kind: 'histogram';
  /** Upper bounds. Absent: the option `buckets` of the exporter. */
  readonly buckets?: readonly number[];
}

export type HealthMetric = ObservedMetric | CounterMetric | HistogramMetric;

/** Receives events as they are counted. Implemented by each exporter. */
export interface MetricSink {
  /** Adds to a counter. An amount of 0 creates the series. */
  add(metric: CounterMetric, amount: number, labels: MetricLabels): void;
  record(metric: HistogramMetric, value: number, labels: MetricLabels): void;
  /** Creates the series of a histogram without a value, where the format has such a series. */
  create(metric: HistogramMetric, labels: MetricLabels): void;
  /** Ends a series, where the exporter can do that. */
  remove(metric: CounterMetric | HistogramMetric, labels: MetricLabels): void;
}
