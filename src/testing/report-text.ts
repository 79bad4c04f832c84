import type { HealthCheckDetail } from '../core/report.js';

/** What is known of one indicator: its status, and more in the full view. */
export type ShownDetail = Pick<HealthCheckDetail, 'status'> &
  Partial<Pick<HealthCheckDetail, 'error' | 'message' | 'code'>>;

/** A report, as far as it was shown. */
export interface ShownReport {
  readonly status: string;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, ShownDetail>>;
}

/** A line for the report and one for each indicator, for the message of a test that fails. */
export function reportText({ status, reason, details = {} }: ShownReport): string {
  const names = Object.keys(details);
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = Object.entries(details).map(([name, detail]) => {
    const words = [detail.status.padEnd('OUT_OF_SERVICE'.length), wordsOf(detail)].join('  ');
    return `  ${name.padEnd(width)}  ${words}`.trimEnd();
  });
  return [reason === undefined ? status : `${status} (${reason})`, ...lines].join('\n');
}

function wordsOf({ error, message, code }: ShownDetail): string {
  const words = error ?? message ?? '';
  return code === undefined ? words : `${words} (${code})`;
}
