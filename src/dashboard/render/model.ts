import { flatDetails } from '../../core/composite-detail.js';
import type { ControlForms } from '../../extension/control-forms.js';
import type { HealthMonitor } from '../../extension/health-monitor.js';
import type { VisibleDetail, VisibleReport } from '../../extension/visible-report.js';
import type { HealthView } from '../../options/view.js';
import type { HealthRecord } from '../health-record.js';

/** The input for rendering a page or a part of it. */
export interface PageModel {
  /** Name of the probe, the group or the indicator. */
  readonly name: string;
  /** The report, limited to the view. */
  readonly report: VisibleReport;
  readonly view: HealthView;
  readonly monitor: HealthMonitor;
  readonly record: HealthRecord;
  /** Undefined: the page links to no forms. */
  readonly forms: ControlForms | undefined;
  /** The result of the form that the browser sent before. */
  readonly result?: string | undefined;
  /** Title of the page. */
  readonly title: string;
  readonly instance: string;
  /** Time of rendering, for the ages in the page. Undefined for an update: the page computes the ages. */
  readonly now: number | undefined;
}

/** The details of the report by full name: a composite, then its parts. */
export function detailsOf({ report }: Pick<PageModel, 'report'>): ReadonlyMap<string, VisibleDetail> {
  return new Map(flatDetails<VisibleDetail>(report.details ?? {}));
}
