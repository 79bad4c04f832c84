import type { HealthStatus } from '../core/status.js';
import type { FetchResponse } from './matched-response.js';

/** A promise where the received value has to be awaited. */
type Matched<Received, Result> = Received extends PromiseLike<unknown> | FetchResponse ? Promise<void> : Result;

/** The matchers of `expect(received)` after `expect.extend(healthMatchers)`. */
export interface HealthMatchers<Received = unknown, Result = void> {
  /** The response of `ready` is 2xx. A report of `HealthService` passes if it is `UP` or `DEGRADED`. */
  toBeReady(): Matched<Received, Result>;
  /** The same for the response of `live`. */
  toBeLive(): Matched<Received, Result>;
  /** The status of the whole report. */
  toHaveHealthStatus(status: HealthStatus): Matched<Received, Result>;
  /**
   * The status of one indicator in the report. `text`: its error or message contains this string or matches this `RegExp`;
   * only the view `full` shows them. Fails, also with `.not`, if the report does not show the indicator.
   */
  toReport(indicator: string, status: HealthStatus, text?: string | RegExp): Matched<Received, Result>;
}
