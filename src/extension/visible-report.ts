import type { HealthCheckDetail, HealthReport } from '../core/report.js';
import type { HealthView } from '../options/view.js';

/** The part of an indicator's details that a caller may see: the status, and the rest in the full view. */
export type VisibleDetail = Pick<HealthCheckDetail, 'status'> & Partial<HealthCheckDetail>;

/** The part of a report that a caller may see: the status, and the rest as the view allows. */
export type VisibleReport = Pick<HealthReport, 'status'> &
  Partial<Omit<HealthReport, 'status' | 'details'>> & { readonly details?: Readonly<Record<string, VisibleDetail>> };

/** Returns the part of a report that the view allows. */
export function project(report: HealthReport, view: HealthView): VisibleReport {
  if (view === 'full') return report;
  if (view === 'status') return { status: report.status };
  const components: Record<string, Pick<HealthCheckDetail, 'status'>> = {};
  for (const [name, { status }] of Object.entries(report.details)) components[name] = { status };
  return { ...report, details: components };
}
