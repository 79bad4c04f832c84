import { type HealthHandler, failureResponse } from './health-handler.js';
import { BASE_HEADERS, type HealthResponse, finishResponse } from '../endpoints/health-response.js';

const RETRY_AFTER = 5;
/** The last segments of the default paths of `live`. */
const LIVE = /\/(?:live|livez|healthz)\/?(?:\?|$)/;

export const ALIVE = finishResponse(200, { ...BASE_HEADERS, 'x-health-status': 'UP' }, { status: 'UP' });
export const STARTING = failureResponse(503, 'OUT_OF_SERVICE', 'starting', RETRY_AFTER);

/** The response while the application starts: `live` passes, everything else does not. No check runs yet. */
export function startingResponse(url: string, handler: Pick<HealthHandler, 'probeAt'> | undefined): HealthResponse {
  const isLive = handler ? handler.probeAt(url) === 'live' : LIVE.test(url);
  return isLive ? ALIVE : STARTING;
}
