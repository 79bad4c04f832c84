import { flatDetails } from '../core/composite-detail.js';
import type { HealthCheckDetail } from '../core/report.js';

/** The part of an indicator that the view shows: its status, and more in the view `full`. */
export type ShownDetail = Pick<HealthCheckDetail, 'status'> &
  Partial<Pick<HealthCheckDetail, 'error' | 'message' | 'code' | 'details'>>;

/** The part of a report that the view shows. */
export interface ShownReport {
  readonly status: string;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, ShownDetail>>;
}

/** A line for the report and one for each indicator, for the message of a failed test. */
export function reportText({ status, reason, details = {} }: ShownReport): string {
  const all = [...flatDetails<ShownDetail>(details)];
  const width = Math.max(0, ...all.map(([name]) => name.length));
  const lines = all.map(([name, detail]) => {
    const text = [detail.status.padEnd('OUT_OF_SERVICE'.length), reasonOf(detail)].join('  ');
    return `  ${name.padEnd(width)}  ${text}`.trimEnd();
  });
  return [reason === undefined ? status : `${status} (${reason})`, ...lines].join('\n');
}

function reasonOf({ error, message, code }: ShownDetail): string {
  const reason = error ?? message ?? '';
  return code === undefined ? reason : `${reason} (${code})`;
}
