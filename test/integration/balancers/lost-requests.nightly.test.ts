import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restartInTurn } from '../../../bench/rolling-restart/rolling-restart.mjs';
import { BUILD_LIMIT, type BuiltPackage, buildPackage } from './build-package.js';
import { isAvailable } from './is-available.js';

const LIMIT = 240_000;
/**
 * One for each of the three restarts, and a few for a busy machine, because requests that arrive shortly before the
 * process closes its
 * socket are lost too.
 */
const MOST_FAILURES = 15;

// Controls for the tests of rolling restarts: they show that these tests detect lost requests.
describe('a rolling restart that loses requests', () => {
  let built: BuiltPackage;
  beforeAll(() => {
    built = buildPackage();
  }, BUILD_LIMIT);
  afterAll(() => built.remove());

  it.runIf(isAvailable('haproxy'))(
    'happens behind HAProxy if the instances do not wait for it',
    async () => {
      const { failures } = await restartInTurn({
        subject: 'vitals-express',
        balancer: 'haproxy',
        rate: 80,
        rounds: 1,
        environment: { ...built.environment, HEALTH_SHUTDOWN_DELAY: '0' },
      });
      expect(failures.length).toBeGreaterThan(10);
      expect(new Set(failures.map(({ reason }) => reason))).toContain('status 503');
    },
    LIMIT,
  );

  it.runIf(isAvailable('nginx'))(
    'happens behind nginx without retries: about one request for each restart',
    async () => {
      const { requests, failures, restarts } = await restartInTurn({
        subject: 'vitals-express',
        balancer: 'nginx-strict',
        rate: 60,
        rounds: 1,
        environment: built.environment,
      });
      expect(requests).toBeGreaterThan(1000);
      expect(failures.length).toBeLessThanOrEqual(MOST_FAILURES);
      expect(failures.filter(({ reason }) => reason !== 'status 502')).toEqual([]);
      expect(restarts.map(({ exit }) => exit)).toEqual(['SIGTERM', 'SIGTERM', 'SIGTERM']);
    },
    LIMIT,
  );
});
