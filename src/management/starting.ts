import { startingFailure } from './failure-response.js';
import type { HealthHandler } from './health-handler.js';
import { isLive } from './shared-probes.js';
import { BASE_HEADERS, type HealthResponse, finishResponse } from '../endpoints/health-response.js';

export const ALIVE = finishResponse(200, { ...BASE_HEADERS, 'x-health-status': 'UP' }, { status: 'UP' });

/** The response while the application starts: `live` passes, every other endpoint fails. No check runs yet. */
export function startingResponse(
  url: string,
  handler: Pick<HealthHandler, 'paths' | 'failures'> | undefined,
): HealthResponse {
  return isLive(url, handler?.paths) ? ALIVE : startingFailure(handler?.failures);
}
