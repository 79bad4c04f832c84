/**
 * The abort reason of a check's signal after the timeout. The name is the same as that of `AbortSignal.timeout()`, so that
 * code that recognises one of the two errors also recognises the other.
 */
export class HealthCheckTimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor(readonly timeout: number) {
    super(timedOutAfter(timeout));
  }
}

export const timedOutAfter = (timeout: number): string => `timed out after ${timeout} ms`;
