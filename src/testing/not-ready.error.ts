import type { HealthReport } from '../core/report.js';
import { reportText } from './report-text.js';

/** The application was not ready in time. `startReady()` has closed it. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';

  /** `report`: the last report of `ready`. Undefined: the application had not started, so there is no report. */
  constructor(
    readonly timeout: number,
    readonly report: HealthReport | undefined,
  ) {
    super(
      report
        ? `The application was not ready within ${timeout} ms. The last report: ${reportText(report)}`
        : `The application did not start within ${timeout} ms. A lifecycle hook or an asynchronous provider has not finished.`,
    );
  }
}
