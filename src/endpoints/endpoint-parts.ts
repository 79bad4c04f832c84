import type { Revision } from '../core/revision.js';
import type { HealthSettings } from '../options/health-settings.js';
import type { RateLimiter } from './rate-limit/rate-limiter.js';
import type { OnResponse, ReportSource, Responder } from './responder.js';

/** The parts for a module that serves the endpoints on a server other than the adapter's. Injected by `ENDPOINT_PARTS`. */
export interface EndpointParts {
  readonly settings: HealthSettings;
  readonly responder: Responder;
  readonly source: ReportSource;
  readonly revision: Revision;
  /** Records a request that has received a default response of the responder. */
  readonly record: OnResponse;
  /** The limit of wrong keys, which every kind of key shares. Undefined: none. */
  readonly failedKeys: RateLimiter | undefined;
}

/** The same in every copy of the package. */
export const ENDPOINT_PARTS = Symbol.for('nest-vitals:endpoint-parts');

/** The token of a boolean that a global module can provide: false leaves the endpoints off the adapter's server. */
export const SERVES_MAIN_PORT = Symbol.for('nest-vitals:serves-main-port');

/** The token of a boolean that a global module can provide: true means that a management port also serves the endpoints. */
export const HAS_MANAGEMENT_PORT = Symbol.for('nest-vitals:has-management-port');
