import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RollingRestart, restartInTurn } from '../../../bench/rolling-restart/rolling-restart.mjs';
import { isNightly } from '../../support/nightly.js';
import { BUILD_LIMIT, type BuiltPackage, buildPackage } from './build-package.js';
import { isAvailable } from './is-available.js';

const LIMIT = 240_000;
/** The number of instances that are restarted. */
const RESTARTED = isNightly ? 3 : 1;
/** Seconds that a drain and a start may take on a slow machine. */
const LONGEST_START = 45;

describe.runIf(isAvailable('nginx'))('a rolling restart behind nginx with passive checks', () => {
  let built: BuiltPackage;
  beforeAll(() => {
    built = buildPackage();
  }, BUILD_LIMIT);
  afterAll(() => built.remove());

  const restart = (options: Pick<RollingRestart, 'subject' | 'balancer' | 'postEvery' | 'failTimeout'>) =>
    restartInTurn({ rate: 60, rounds: 1, restarted: RESTARTED, environment: built.environment, ...options });

  // After a failure nginx does not use an instance for a time, and the next restart waits for this, so the tests run
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
      expect(requests).toBeGreaterThan(200);
      expect(Object.keys(answered)).toEqual(['orders-1', 'orders-2', 'orders-3']);
      expect(restarts.map(({ exit }) => exit)).toEqual(Array.from({ length: RESTARTED }, () => 'SIGTERM'));
    },
    LIMIT,
  );

  it.concurrent(
    'loses no request without retries if a monitor requests readiness through nginx',
    async () => {
      const { requests, failures, restarts } = await restart({
        subject: 'vitals-fastify',
        balancer: 'nginx-watched',
        failTimeout: LONGEST_START,
      });
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(200);
      expect(restarts.map(({ exit }) => exit)).toEqual(Array.from({ length: RESTARTED }, () => 'SIGTERM'));
    },
    LIMIT,
  );
});
