import { HealthCheckError } from '../../errors/health-check.error.js';

/** The errors of the client itself, which has not called the server. */
export function explainEtcdError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ('isBrokenCircuitError' in error) {
    return new HealthCheckError('the client pauses before its next attempt: its circuit breaker is open', {
      cause: error,
    });
  }
  return error.constructor.name === 'ClientClosedError'
    ? new HealthCheckError('the client is closed', { cause: error })
    : error;
}
