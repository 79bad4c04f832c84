import { partName } from '../core/composite.js';
import { HEALTH_STATUSES, HealthStatus, isFailing } from '../core/status.js';
import type { HealthMonitor, HealthRun } from '../extension/health-monitor.js';
import {
  CHECK_DURATION,
  CHECK_RUNS,
  CHECK_TIMEOUTS,
  PROBE_RESPONSES,
  STALLS,
  STALL_DURATION,
  STATUS_CHANGES,
} from './catalogue.js';
import type { MetricLabels, MetricSink, MetricSource, ObservedMetric } from './metric.js';
import { ResponseTally } from './response-tally.js';

const MILLISECONDS = 1000;

/**
 * Records the events of one application for an exporter. Events are counted as they happen; states are read from the
 * monitor when the exporter collects. Neither runs a check.
 */
export class MetricRecorder implements MetricSource {
  readonly monitor: HealthMonitor;
  readonly data: readonly string[];
  readonly lastSuccess = new Map<string, number>();
  readonly #sink: MetricSink;
  readonly #responses = new ResponseTally();
  readonly #indicators = new Set<string>();

  constructor(monitor: HealthMonitor, data: readonly string[], sink: MetricSink) {
    this.monitor = monitor;
    this.data = data;
    this.#sink = sink;
  }

  /** Starts counting. Returns the function that stops it. */
  listen(): () => void {
    const unsubscribe = [
      this.monitor.onRun((run) => this.#recordRun(run)),
      this.monitor.onChange(({ indicator }) => this.#sink.add(STATUS_CHANGES, 1, { indicator })),
      this.monitor.onRemoved((indicator) => this.#forget(indicator)),
      this.monitor.onResponse((response) => this.#responses.add(response)),
      this.monitor.onStall(({ duration }) => this.#recordStall(duration)),
    ];
    return () => {
      for (const end of unsubscribe) end();
    };
  }

  /** Creates the series of new indicators and adds the counted responses. Call it before a collection. */
  flush(): void {
    this.#sink.add(STALLS, 0, {});
    for (const { name } of this.monitor.indicators) {
      this.#createSeries(name);
      this.#createCompositeSeries(partName(name)?.composite);
    }
    for (const { probe, statusCode, prober, count } of this.#responses.take()) {
      this.#sink.add(PROBE_RESPONSES, count, { probe, code: String(statusCode), prober });
    }
  }

  read(metric: ObservedMetric, observe: (value: number, labels: MetricLabels) => void): void {
    metric.read(this, observe);
  }

  #recordStall(duration: number): void {
    this.#sink.add(STALLS, 1, {});
    this.#sink.record(STALL_DURATION, duration / MILLISECONDS, {});
  }

  #recordRun({ indicator, outcome, isTimeout, duration, finishedAt }: HealthRun): void {
    this.#createSeries(indicator);
    this.#sink.add(CHECK_RUNS, 1, { indicator, outcome });
    if (outcome === HealthStatus.SKIPPED) return;
    this.#sink.record(CHECK_DURATION, duration / MILLISECONDS, { indicator });
    if (isTimeout) this.#sink.add(CHECK_TIMEOUTS, 1, { indicator });
    if (!isFailing(outcome)) this.lastSuccess.set(indicator, finishedAt.getTime() / MILLISECONDS);
  }

  /** Removes the series of a removed indicator. */
  #forget(indicator: string): void {
    this.#indicators.delete(indicator);
    this.lastSuccess.delete(indicator);
    for (const outcome of HEALTH_STATUSES) this.#sink.remove(CHECK_RUNS, { indicator, outcome });
    for (const metric of [CHECK_TIMEOUTS, STATUS_CHANGES, CHECK_DURATION]) this.#sink.remove(metric, { indicator });
    for (const { probe, statusCode, prober } of this.#responses.forget(indicator)) {
      this.#sink.remove(PROBE_RESPONSES, { probe, code: String(statusCode), prober });
    }
  }

  /** Counters start at 0 before the first event: a rate or an increase would otherwise not show that event. */
  #createSeries(indicator: string): void {
    if (this.#indicators.has(indicator)) return;
    this.#indicators.add(indicator);
    for (const outcome of HEALTH_STATUSES) this.#sink.add(CHECK_RUNS, 0, { indicator, outcome });
    this.#sink.add(CHECK_TIMEOUTS, 0, { indicator });
    this.#sink.add(STATUS_CHANGES, 0, { indicator });
    this.#sink.create(CHECK_DURATION, { indicator });
  }

  /** A composite has no runs. */
  #createCompositeSeries(composite: string | undefined): void {
    if (composite === undefined || this.#indicators.has(composite)) return;
    this.#indicators.add(composite);
    this.#sink.add(STATUS_CHANGES, 0, { indicator: composite });
  }
}
