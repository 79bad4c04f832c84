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
  const { sources: _sources, ...rest } = report;
  return { ...rest, details: statusesOf(report.details) };
}

type Statuses = Readonly<Record<string, Pick<HealthCheckDetail, 'status' | 'details'>>>;

function statusesOf(all: HealthReport['details']): Statuses {
  const statuses: Record<string, Statuses[string]> = {};
  for (const [name, { status, details }] of Object.entries(all)) {
    statuses[name] = details ? { status, details: statusesOf(details) } : { status };
  }
  return statuses;
}
