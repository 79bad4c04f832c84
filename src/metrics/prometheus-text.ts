import type { HealthMetric, MetricLabels } from './metric.js';
import { prometheusName } from './prometheus-name.js';

/** The content type of the text format of Prometheus. */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';
/** The prefix of every metric, unless an exporter has another one. */
const PREFIX = 'health_';

/** A metric whose values are read at once. */
type Readable<Source> = Pick<HealthMetric, 'name' | 'help' | 'unit'> & {
  readonly kind: 'gauge' | 'sum';
  read(source: Source, observe: (value: number, labels: MetricLabels) => void): void;
};

/** The values of metrics in the text format of Prometheus, for a process without prom-client. */
export function prometheusText<Source>(metrics: readonly Readable<Source>[], source: Source): string {
  const lines = metrics.flatMap((metric) => {
    const name = prometheusName(metric, PREFIX);
    const series: string[] = [];
    metric.read(source, (value, labels) => series.push(`${name}${labelsText(labels)} ${value}`));
    return [`# HELP ${name} ${escapeHelp(metric.help)}`, `# TYPE ${name} gauge`, ...series];
  });
  return `${lines.join('\n')}\n`;
}

function labelsText(labels: MetricLabels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const escapeValue = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');
