import { flatDetails } from '../../core/composite-detail.js';
import type { HealthReport } from '../../core/report.js';
import { HealthStatus, isFailing } from '../../core/status.js';
import { readOptions } from '../../options/option-reader.js';
import type { HealthPublisher } from '../health-publisher.js';
import { sendLines } from './datagrams.js';
import { STATSD_DEFAULTS, STATSD_RULES, type StatsdOptions } from './statsd-options.js';

/**
 * Sends gauges to a StatsD server over UDP: `health.up`, and for each indicator `health.indicator.<name>.up` and
 * `health.indicator.<name>.response_time_ms`. `up` is 1 for UP and DEGRADED, 0 otherwise. Throws a
 * `HealthConfigurationError` for a malformed option.
 */
export function statsd(options: StatsdOptions = {}): HealthPublisher {
  const settings = readOptions('statsd()', options, (reader) => reader.readAll(STATSD_RULES, STATSD_DEFAULTS));
  return {
    name: `StatsD at ${settings.host}:${settings.port}`,
    publish: (report, signal) => sendLines(gaugesOf(report, settings.prefix), settings, signal),
  };
}

function gaugesOf({ status, details }: HealthReport, prefix: string): readonly string[] {
  const lines = [`${prefix}.up:${isFailing(status) ? 0 : 1}|g`];
  for (const [name, detail] of flatDetails(details)) {
    if (detail.status === HealthStatus.SKIPPED) continue;
    // Colons, bars and dots have a meaning in the protocol.
    const path = `${prefix}.indicator.${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`;
    lines.push(`${path}.up:${isFailing(detail.status) ? 0 : 1}|g`);
    if (detail.response_time_ms !== undefined) lines.push(`${path}.response_time_ms:${detail.response_time_ms}|g`);
  }
  return lines;
}
