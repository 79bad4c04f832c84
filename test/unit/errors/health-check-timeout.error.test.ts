import { expect, it } from 'vitest';
import { HealthCheckTimeoutError } from '../../../src/errors/health-check-timeout.error.js';

it('has the name that the platform gives to timeouts', () => {
  const error = new HealthCheckTimeoutError(500);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'TimeoutError',
    code: 'ETIMEDOUT',
    timeout: 500,
    message: 'timed out after 500 ms',
  });
});
