import { onOneLine } from '../../core/bounded-text.js';
import { flatDetails } from '../../core/composite-detail.js';
import { isFailing } from '../../core/status.js';
import type { HealthCheckDetail } from '../../core/report.js';
import type { VisibleDetail } from '../../extension/visible-report.js';
import { builtInFormat } from './format.js';

/**
 * One line for each indicator, composite and part, for people with curl, in the style of the verbose probes of the Kubernetes API server:
 * `[+]` is UP, `[-]` is a failure, `[~]` is DEGRADED or SKIPPED.
 */
export const TEXT = builtInFormat('text', ({ name: probe, report: { status, reason, details = {} } }) => {
  const lines = [...flatDetails<VisibleDetail>(details)].map(
    ([name, detail]) => `${markOf(detail.status)}${name} ${describe(detail)}`,
  );
  lines.push(`${probe} is ${status}${reason === undefined ? '' : `: ${onOneLine(reason.replaceAll(/\s+/g, ' '))}`}`);
  return `${lines.join('\n')}\n`;
});

function markOf(status: HealthCheckDetail['status']): string {
  if (isFailing(status)) return '[-]';
  return status === 'UP' ? '[+]' : '[~]';
}

function describe({ status, error, message, response_time_ms: took }: Partial<HealthCheckDetail>): string {
  const word = status === 'UP' ? 'ok' : String(status);
  const reason = error ?? message;
  return `${word}${reason === undefined ? '' : `: ${onOneLine(reason.replaceAll(/\s+/g, ' '))}`}${took === undefined ? '' : ` (${took} ms)`}`;
}
