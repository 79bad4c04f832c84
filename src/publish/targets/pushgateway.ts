import { hostname } from 'node:os';
import { isRecord } from '../../core/is-record.js';
import { flatDetails } from '../../core/composite-detail.js';
import type { HealthReport } from '../../core/report.js';
import { HealthStatus, isFailing } from '../../core/status.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import { type Rule, nonBlank, required } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { call } from './http-call.js';
import { webAddress } from './target-options.js';

/** Options of `pushgateway()`. */
export interface PushgatewayOptions {
  /** The base URL, such as `http://pushgateway:9091`. Required. Only its origin is logged. */
  readonly url: string;
  /** The label `job`. Required. */
  readonly job: string;
  /** The label `instance`. It must differ between instances, which otherwise replace each other's metrics. Default: the host name. */
  readonly instance?: string;
  /** Additional labels of the grouping key. Default: none. */
  readonly grouping?: Readonly<Record<string, string>>;
}

const LABEL = /^(?!__|(?:job|instance|indicator)$)[A-Za-z_][A-Za-z0-9_]*$/;
const labels: Rule<Readonly<Record<string, string>>> = {
  expected: 'an object of labels whose names are letters, digits and "_", without job, instance and indicator',
  accepts: (value) =>
    isRecord(value) && Object.entries(value).every(([name, text]) => LABEL.test(name) && typeof text === 'string'),
};

const RULES = {
  url: webAddress,
  job: required(nonBlank),
  instance: nonBlank,
  grouping: labels,
} satisfies RuleTable<PushgatewayOptions>;

/**
 * Replaces the metrics of this instance in a Prometheus Pushgateway by PUT, and deletes them when the drain begins. Throws a
 * `HealthConfigurationError` for a malformed option.
 */
export function pushgateway(options: PushgatewayOptions): HealthPublisher {
  const { url, job, instance, grouping } = readOptions('pushgateway()', options, (reader) =>
    reader.readAll(RULES, { instance: hostname(), grouping: {} }),
  );
  const labelsOfGroup = [['job', job], ['instance', instance], ...Object.entries(grouping)] as const;
  const path = labelsOfGroup.map(([name, value]) => segments(name, value)).join('/');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/metrics/${path}`;
  return {
    name: `Pushgateway at ${url.origin}`,
    publish: (report, signal) =>
      call({ method: 'PUT', url, body: metricsOf(report), contentType: 'text/plain; version=0.0.4' }, signal),
    finish: (_report, signal) => call({ method: 'DELETE', url }, signal),
  };
}

/** A path cannot hold an empty value, a slash, or a segment of dots, so such a value is encoded as base64. */
function segments(name: string, value: string): string {
  if (value === '') return `${name}@base64/=`;
  if (value.includes('/') || /^\.+$/.test(value)) return `${name}@base64/${Buffer.from(value).toString('base64url')}`;
  return `${name}/${encodeURIComponent(value)}`;
}

/** Without timestamps: the Pushgateway refuses them. */
function metricsOf({ status, details }: HealthReport): string {
  const checked = [...flatDetails(details)].filter(([, detail]) => detail.status !== HealthStatus.SKIPPED);
  const up = checked.map(([name, detail]) => `health_pushed_indicator_up{${label(name)}} ${numberOf(detail.status)}`);
  const times = checked.flatMap(([name, { response_time_ms: time }]) =>
    time === undefined ? [] : `health_pushed_indicator_response_time_seconds{${label(name)}} ${time / 1000}`,
  );
  return [
    ...family('health_pushed_up', 'Whether the probe passes: 1 for UP and DEGRADED.', [
      `health_pushed_up ${numberOf(status)}`,
    ]),
    ...family('health_pushed_indicator_up', 'Whether the indicator is UP or DEGRADED.', up),
    ...family('health_pushed_indicator_response_time_seconds', 'Duration of the latest check run.', times),
    '',
  ].join('\n');
}

function family(name: string, help: string, series: readonly string[]): readonly string[] {
  return series.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...series];
}

const numberOf = (status: HealthStatus): number => (isFailing(status) ? 0 : 1);

function label(name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `indicator="${escaped}"`;
}
