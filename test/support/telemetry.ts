import { type Context, type Span, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { onTestFinished } from 'vitest';

/** The views of docs/monitoring.md: the SDK's exporter leaves units out of the names. */
export const NAMES_WITH_UNITS: ViewOptions[] = [
  { instrumentName: 'health.check.duration', name: 'health.check.duration_seconds' },
  { instrumentName: 'health.check.last_success_timestamp', name: 'health.check.last_success_timestamp_seconds' },
  { instrumentName: 'health.event_loop.stall', name: 'health.event_loop.stall_seconds' },
];

/** The metrics of the SDK in memory: one exporter that collects on demand, and one for Prometheus without a server. */
export class MetricsInMemory {
  readonly provider: MeterProvider;
  readonly #exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #prometheus = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  });

  constructor(views: ViewOptions[] = []) {
    const inMemory = new PeriodicExportingMetricReader({
      exporter: this.#exporter,
      // Collections happen only on demand.
      exportIntervalMillis: 2 ** 31 - 1,
    });
    this.provider = new MeterProvider({ readers: [inMemory, this.#prometheus], views });
    onTestFinished(() => this.provider.shutdown());
  }

  /** Collects and returns the points of one metric as `database UP: 1`, in the order of their first appearance. */
  async read(metric: string): Promise<string[]> {
    this.#exporter.reset();
    await this.provider.forceFlush();
    return this.last(metric);
  }

  /** Collects and returns all metrics. */
  async collected(): Promise<MetricData[]> {
    await this.provider.forceFlush();
    return this.#lastMetrics();
  }

  /** Collects and returns the names of all metrics. */
  async names(): Promise<string[]> {
    return (await this.collected()).map(({ descriptor }) => descriptor.name);
  }

  /** The points of one metric at the last collection. */
  last(metric: string): string[] {
    return this.#lastMetrics()
      .filter(({ descriptor }) => descriptor.name === metric)
      .flatMap(({ dataPoints }) =>
        dataPoints.map(({ attributes, value }) => {
          const shown = typeof value === 'object' && 'count' in value ? value.count : value;
          return `${Object.values(attributes).join(' ')}: ${String(shown)}`;
        }),
      );
  }

  #lastMetrics(): MetricData[] {
    return (
      this.#exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
    );
  }

  /** The metrics in the text format of Prometheus. */
  async exposition(): Promise<string> {
    return new Promise((resolve) => {
      const response = { setHeader: () => undefined, statusCode: 0, end: resolve };
      this.#prometheus.getMetricsRequestHandler({} as never, response as never);
    });
  }
}

/** The spans of the SDK in memory. */
export class SpansInMemory {
  readonly exporter = new InMemorySpanExporter();
  readonly provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.exporter)] });

  /** In the order of their ends. */
  get ended(): ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  /** Begins a span as a child of the active span, as a library does. */
  start(name: string): Span {
    return this.provider.getTracer('a library').startSpan(name);
  }

  /** Runs a function with an active span. */
  within(span: Span): Context {
    return trace.setSpan(context.active(), span);
  }
}

/** Keeps the active span across asynchronous calls until the end of the test. */
export function followContext(): void {
  const manager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  onTestFinished(() => {
    context.disable();
    manager.disable();
  });
}
