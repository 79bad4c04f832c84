import { BASE_HEADERS, type HealthResponse, finishResponse, mergeHeaders } from '../endpoints/health-response.js';
import { retryAfterOf } from '../endpoints/retry-after.js';

/** The options that determine the response to a failure. Both threads have them. */
export interface FailureSettings {
  readonly statusCodes: { readonly DOWN: number; readonly OUT_OF_SERVICE: number };
  /** Seconds. */
  readonly retryAfter: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The defaults, until the options are known. */
const UNCONFIGURED: FailureSettings = { statusCodes: { DOWN: 503, OUT_OF_SERVICE: 503 }, retryAfter: 5 };

/** The response of an instance that starts, or whose event loop does not respond. It has no report. */
export function failureResponse(
  { statusCodes, retryAfter, headers }: FailureSettings,
  status: 'DOWN' | 'OUT_OF_SERVICE',
  reason: string,
): HealthResponse {
  const statusCode = statusCodes[status];
  const own = {
    ...BASE_HEADERS,
    'x-health-status': status,
    ...retryAfterOf(statusCode, retryAfter),
  };
  return finishResponse(statusCode, mergeHeaders(own, headers), { status, reason });
}

/** The response of every endpoint except `live` while the application starts. `failures`: undefined until the options are known. */
export const startingFailure = (failures = UNCONFIGURED): HealthResponse =>
  failureResponse(failures, 'OUT_OF_SERVICE', 'starting');
