import { flatDetails } from '../../core/composite-detail.js';
import type { HealthReport } from '../../core/report.js';
import { HealthStatus } from '../../core/status.js';

/** The status and its reason, then each indicator that is neither UP nor SKIPPED. */
export function summaryOf({ status, reason, details }: HealthReport): readonly string[] {
  const lines = [reason === undefined ? status : `${status}: ${reason}`];
  for (const [name, detail] of flatDetails(details)) {
    if (detail.status === HealthStatus.UP || detail.status === HealthStatus.SKIPPED) continue;
    const text = detail.error ?? detail.message;
    const why = text === undefined ? '' : `: ${text}`;
    const code = detail.code === undefined ? '' : ` (${detail.code})`;
    lines.push(`${name} is ${detail.status}${why}${code}`);
  }
  return lines;
}
