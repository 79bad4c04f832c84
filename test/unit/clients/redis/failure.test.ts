import { expect, it } from 'vitest';
import { describeFailure } from '../../../../src/core/failure.js';
import { explainRedisError } from '../../../../src/clients/redis/failure.js';

it.each([
  ['LOADING Redis is loading the dataset in memory', 'the server is loading its data', 'LOADING'],
  [
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'the replica has no connection to its primary',
    'MASTERDOWN',
  ],
  ['WRONGPASS invalid username-password pair', 'the server refused the password', 'WRONGPASS'],
  ['Connection is closed.', 'connection reset', 'ECONNRESET'],
  ['Socket closed unexpectedly', 'connection reset', 'ECONNRESET'],
  ['Command timed out', 'timed out', 'ETIMEDOUT'],
  ['SECRETS of the application', 'check failed', undefined],
])('the Redis replies of a check mean: %s: %s', (message, error, code) => {
  const cause = new Error(message);
  const explained = explainRedisError(cause);
  expect(describeFailure(explained)).toEqual({ error, ...(code !== undefined && { code }) });
  expect(code === undefined ? explained : (explained as Error).cause).toBe(cause);
});

it('returns errors with a code, and values that are not errors, unchanged', () => {
  const refused = Object.assign(new Error('Connection is closed.'), { code: 'ECONNREFUSED' });
  expect(explainRedisError(refused)).toBe(refused);
  expect(explainRedisError('a text')).toBe('a text');
});
