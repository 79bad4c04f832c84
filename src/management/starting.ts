import { type HealthHandler, failureResponse } from './health-handler.js';
import { isLive } from './shared-probes.js';
import { BASE_HEADERS, type HealthResponse, finishResponse } from '../endpoints/health-response.js';

const RETRY_AFTER = 5;

export const ALIVE = finishResponse(200, { ...BASE_HEADERS, 'x-health-status': 'UP' }, { status: 'UP' });
export const STARTING = failureResponse(503, 'OUT_OF_SERVICE', 'starting', RETRY_AFTER);

/** The response while the application starts: `live` passes, everything else does not. No check runs yet. */
export function startingResponse(url: string, handler: Pick<HealthHandler, 'paths'> | undefined): HealthResponse {
  return isLive(url, handler?.paths) ? ALIVE : STARTING;
}
