import type { HealthCheckDetail, HealthReport } from '../core/report.js';
import type { HealthView } from '../options/view.js';

/** What a caller may see of one indicator: its status, and the rest in the full view. */
export type VisibleDetail = Pick<HealthCheckDetail, 'status'> & Partial<HealthCheckDetail>;

/** What a caller may see of a report: its status, and the rest as far as the view goes. */
export type VisibleReport = Pick<HealthReport, 'status'> &
  Partial<Omit<HealthReport, 'status' | 'details'>> & { readonly details?: Readonly<Record<string, VisibleDetail>> };

/** The part of a report that a caller may see. */
export function project(report: HealthReport, view: HealthView): VisibleReport {
  if (view === 'full') return report;
  if (view === 'status') return { status: report.status };
  const components: Record<string, Pick<HealthCheckDetail, 'status'>> = {};
  for (const [name, { status }] of Object.entries(report.details)) components[name] = { status };
  return { ...report, details: components };
}
