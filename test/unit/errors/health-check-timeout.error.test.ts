import { expect, it } from 'vitest';
import { HealthCheckTimeoutError } from '../../../src/errors/health-check-timeout.error.js';

it('HealthCheckTimeoutError has the name that the platform uses for timeouts', () => {
  const error = new HealthCheckTimeoutError(500);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'TimeoutError',
    code: 'ETIMEDOUT',
    timeout: 500,
    message: 'timed out after 500 ms',
  });
});
