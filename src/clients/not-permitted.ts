import { type HealthResult, degraded } from '../core/result.js';
import { HealthCheckError } from '../errors/health-check.error.js';

/**
 * The server has responded, and refuses the request of the check to a user who is logged in. The application's own
 * requests may be permitted, so the result is DEGRADED.
 */
export class NotPermittedError extends HealthCheckError {}

/** The result of a check; DEGRADED if it fails with a `NotPermittedError`. */
export async function degradedIfNotPermitted(check: () => Promise<HealthResult>): Promise<HealthResult> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof NotPermittedError) return degraded(error.message, error.data);
    throw error;
  }
}
