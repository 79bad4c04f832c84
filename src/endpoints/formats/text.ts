import { onOneLine } from '../../core/bounded-text.js';
import { isFailing } from '../../core/status.js';
import type { HealthCheckDetail } from '../../core/report.js';
import type { Presenter } from './format.js';

/**
 * A line for each check, for people with curl, in the manner of the verbose probes of Kubernetes' own API server:
 * `[+]` is fine, `[-]` is not, `[~]` is degraded or was not asked.
 */
export const presentAsText: Presenter = ({ status, reason, details = {} }, probe) => {
  const lines = Object.entries(details).map(([name, detail]) => `${markOf(detail.status)}${name} ${describe(detail)}`);
  lines.push(`${probe} is ${status}${reason === undefined ? '' : `: ${onOneLine(reason.replaceAll(/\s+/g, ' '))}`}`);
  return `${lines.join('\n')}\n`;
};

function markOf(status: HealthCheckDetail['status']): string {
  if (isFailing(status)) return '[-]';
  return status === 'UP' ? '[+]' : '[~]';
}

function describe({ status, error, message, response_time_ms: took }: Partial<HealthCheckDetail>): string {
  const word = status === 'UP' ? 'ok' : String(status);
  const words = error ?? message;
  return `${word}${words === undefined ? '' : `: ${onOneLine(words.replaceAll(/\s+/g, ' '))}`}${took === undefined ? '' : ` (${took} ms)`}`;
}
