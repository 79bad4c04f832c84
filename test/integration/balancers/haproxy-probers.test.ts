import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restartInTurn } from '../../../bench/rolling-restart/rolling-restart.mjs';
import { isNightly } from '../../support/nightly.js';
import { BUILD_LIMIT, type BuiltPackage, buildPackage } from './build-package.js';
import { isAvailable } from './is-available.js';

const LIMIT = 180_000;

// The drain distinguishes probers by address, User-Agent and rhythm. In this test several probers share address and
// User-Agent.
describe.runIf(isAvailable('haproxy'))('a rolling restart behind HAProxy with several similar probers', () => {
  let built: BuiltPackage;
  beforeAll(() => {
    built = buildPackage();
  }, BUILD_LIMIT);
  afterAll(() => built.remove());

  // The balancers wait most of the time, so the tests run concurrently. At night all three instances are restarted.
  it.concurrent.each([
    ['three backends check each instance', 'haproxy-backends', 'vitals-express'],
    ['a monitor requests readiness through HAProxy', 'haproxy-watched', 'vitals-fastify'],
  ])(
    'loses no request if %s',
    async (_situation, balancer, subject) => {
      const restarted = isNightly ? 3 : 1;
      const { requests, failures, answered, restarts } = await restartInTurn({
        subject,
        balancer,
        rate: 80,
        rounds: 1,
        restarted,
        environment: built.environment,
      });
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(300);
      expect(Object.values(answered).reduce((sum, count) => sum + count)).toBe(requests);
      expect(restarts.map(({ exit }) => exit)).toEqual(Array.from({ length: restarted }, () => 'SIGTERM'));
    },
    LIMIT,
  );
});
