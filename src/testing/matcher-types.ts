import type { HealthStatus } from '../core/status.js';
import type { FetchResponse } from './health-response.js';

/** What has to be awaited is known by its type. */
type Matched<Received, Result> = Received extends PromiseLike<unknown> | FetchResponse ? Promise<void> : Result;

/** What `expect(received)` has once it was extended by `healthMatchers`. */
export interface HealthMatchers<Received = unknown, Result = void> {
  /** Ready answers 2xx; a report that came over no wire is `UP` or `DEGRADED`. */
  toBeReady(): Matched<Received, Result>;
  /** The same, of what was asked of live. */
  toBeLive(): Matched<Received, Result>;
  /** The status of the whole report. */
  toHaveHealthStatus(status: HealthStatus): Matched<Received, Result>;
  /**
   * What the report says of one indicator. `words`: what its error or its message holds, or matches; only the view `full`
   * shows them. Fails, with `.not` too, if the report does not show the indicator.
   */
  toReport(indicator: string, status: HealthStatus, words?: string | RegExp): Matched<Received, Result>;
}
