import { isFailing } from '../../core/status.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import type { HealthPublisher } from '../health-publisher.js';
import { call } from './http-call.js';
import { summaryOf } from './summary.js';
import { webAddress } from './target-options.js';

/** Options of `healthchecksIo()`. */
export interface HealthchecksIoOptions {
  /** The ping URL of the check, at Healthchecks.io or at your own installation. Required. Only its origin is logged. */
  readonly url: string;
}

const RULES = { url: webAddress } satisfies RuleTable<HealthchecksIoOptions>;

/**
 * Pings a check of Healthchecks.io: success while the status is UP or DEGRADED, `/fail` otherwise, with the status as the
 * body. The final message is a `/log` event, which does not change the state of the check: a restart raises no alarm, and a
 * missing restart does after the grace time of the check. Throws a `HealthConfigurationError` for a malformed option.
 */
export function healthchecksIo(options: HealthchecksIoOptions): HealthPublisher {
  const { url } = readOptions('healthchecksIo()', options, (reader) => reader.readAll(RULES));
  const ping: (suffix: string, ...given: Parameters<HealthPublisher['publish']>) => Promise<void> = (
    suffix,
    report,
    signal,
  ) => {
    const address = new URL(url);
    address.pathname = address.pathname.replace(/\/+$/, '') + suffix;
    const body = summaryOf(report).join('\n');
    return call({ method: 'POST', url: address, body, contentType: 'text/plain; charset=utf-8' }, signal);
  };
  return {
    name: `Healthchecks.io at ${url.origin}`,
    publish: (report, signal) => ping(isFailing(report.status) ? '/fail' : '', report, signal),
    finish: (report, signal) => ping('/log', report, signal),
  };
}
