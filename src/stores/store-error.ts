import { CHECK_FAILED, describeFailure } from '../core/failure.js';
import { HealthCheckTimeoutError, timedOutAfter } from '../errors/health-check-timeout.error.js';
import { HealthCheckError } from '../errors/health-check.error.js';

/** An error for a log line. The message of an unknown error may contain a secret, so it is only the cause. */
export function storeError(store: string, task: string, error: unknown): HealthCheckError {
  const { error: text, code } = describeFailure(error);
  const why =
    error instanceof HealthCheckTimeoutError
      ? timedOutAfter(error.timeout)
      : text === CHECK_FAILED
        ? 'the client reported an error'
        : text;
  return new HealthCheckError(`${store}: ${task} failed: ${why}`, {
    ...(code !== undefined && { code }),
    cause: error,
  });
}
