import type { HealthMonitor } from '../../extension/health-monitor.js';
import type { VisibleReport } from '../../extension/visible-report.js';
import type { HealthView } from '../../options/view.js';
import type { HealthRecord } from '../health-record.js';

/** What a page, or a part of one, is made of. */
export interface PageModel {
  /** What was asked: `deep`, or another probe, a group or an indicator. */
  readonly name: string;
  /** No more of it than the view allows. */
  readonly report: VisibleReport;
  readonly view: HealthView;
  readonly monitor: HealthMonitor;
  readonly record: HealthRecord;
  /** What the service is called. */
  readonly title: string;
  readonly instance: string;
  /** When the page was made, for the ages in it. Undefined: it is a part of a page, which tells ages by itself. */
  readonly now: number | undefined;
}
