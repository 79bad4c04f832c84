import { boundedText, onOneLine } from '../../core/bounded-text.js';
import { flatDetails } from '../../core/composite-detail.js';
import type { HealthReport } from '../../core/report.js';
import { isFailing } from '../../core/status.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import type { HealthPublisher } from '../health-publisher.js';
import { call } from './http-call.js';
import { summaryOf } from './summary.js';
import { webAddress } from './target-options.js';

/** Options of `uptimeKuma()`. */
export interface UptimeKumaOptions {
  /** The push URL of the monitor. Its parameters `status`, `msg` and `ping` are replaced. Required. Only its origin is logged. */
  readonly url: string;
}

/** Characters. The message is a part of the URL, whose length servers limit. */
const LONGEST_MESSAGE = 250;

const RULES = { url: webAddress } satisfies RuleTable<UptimeKumaOptions>;

/**
 * Pushes to a monitor of Uptime Kuma: `up` while the status is UP or DEGRADED, `down` otherwise. `msg` is the status with its
 * reasons, `ping` the longest response time of an indicator in milliseconds. Throws a `HealthConfigurationError` for a
 * malformed option.
 */
export function uptimeKuma(options: UptimeKumaOptions): HealthPublisher {
  const { url } = readOptions('uptimeKuma()', options, (reader) => reader.readAll(RULES));
  return {
    name: `Uptime Kuma at ${url.origin}`,
    publish: (report, signal) => {
      const address = new URL(url);
      address.searchParams.set('status', isFailing(report.status) ? 'down' : 'up');
      address.searchParams.set('msg', boundedText(onOneLine(summaryOf(report).join('; ')), LONGEST_MESSAGE));
      address.searchParams.set('ping', slowest(report));
      return call({ method: 'GET', url: address }, signal);
    },
  };
}

/** Empty: no indicator has run, and Uptime Kuma records no ping. */
function slowest({ details }: HealthReport): string {
  const times = [...flatDetails(details)].flatMap(([, { response_time_ms: time }]) => time ?? []);
  return times.length === 0 ? '' : String(Math.max(...times));
}
