import type { HealthReport } from '../core/report.js';
import { reportText } from './report-text.js';

/** An application was not ready in time. It is closed by now. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';

  /** `report`: the last answer of `ready`. Undefined: the application has not come so far as to give one. */
  constructor(
    readonly timeout: number,
    readonly report: HealthReport | undefined,
  ) {
    super(
      report
        ? `The application was not ready within ${timeout} ms. The last report: ${reportText(report)}`
        : `The application had not started within ${timeout} ms. Some hook or provider of it has not finished.`,
    );
  }
}
