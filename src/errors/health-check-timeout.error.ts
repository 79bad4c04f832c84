/**
 * The reason of the abort that a check sees on its signal when its time is over. Its name is that of the web
 * platform's own (`AbortSignal.timeout`), so that code written for one understands the other.
 */
export class HealthCheckTimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor(readonly timeout: number) {
    super(timedOutAfter(timeout));
  }
}

export const timedOutAfter = (timeout: number): string => `timed out after ${timeout} ms`;
