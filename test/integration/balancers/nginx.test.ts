import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RollingRestart, restartInTurn } from '../../../bench/rolling-restart/rolling-restart.mjs';
import { isNightly } from '../../support/nightly.js';
import { BUILD_LIMIT, type BuiltPackage, buildPackage } from './build-package.js';
import { isAvailable } from './is-available.js';

const LIMIT = 240_000;
/** The number of instances that are restarted. */
const RESTARTED = isNightly ? 3 : 1;

describe.runIf(isAvailable('nginx'))('a rolling restart behind nginx with passive checks', () => {
  let built: BuiltPackage;
  beforeAll(() => {
    built = buildPackage();
  }, BUILD_LIMIT);
  afterAll(() => built.remove());

  const restart = (options: Pick<RollingRestart, 'subject' | 'balancer' | 'postEvery'>) =>
    restartInTurn({ rate: 60, rounds: 1, restarted: RESTARTED, environment: built.environment, ...options });

  // After a failure nginx does not use an instance for 10 s, and every restart waits for this, so the tests run
  // concurrently.
  it.concurrent(
    'loses no request that nginx may retry on another instance',
    async () => {
      const { requests, failures, answered, restarts } = await restart({
        subject: 'vitals-fastify',
        balancer: 'nginx',
        postEvery: Infinity,
      });
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(500);
      expect(Object.keys(answered)).toEqual(['orders-1', 'orders-2', 'orders-3']);
      expect(restarts.map(({ exit }) => exit)).toEqual(Array.from({ length: RESTARTED }, () => 'SIGTERM'));
    },
    LIMIT,
  );

  // At night only: it passes alone, and fails beside many other tests on a slow machine. A test with HAProxy covers the same rule.
  it.runIf(isNightly).concurrent(
    'loses no request without retries if a monitor requests readiness through nginx',
    async () => {
      const { requests, failures, restarts } = await restart({ subject: 'vitals-fastify', balancer: 'nginx-watched' });
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(500);
      expect(restarts.map(({ exit }) => exit)).toEqual(Array.from({ length: RESTARTED }, () => 'SIGTERM'));
    },
    LIMIT,
  );
});
