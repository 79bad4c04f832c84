import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RollingRestart, restartInTurn } from '../../../bench/rolling-restart/rolling-restart.mjs';
import { BUILD_LIMIT, type BuiltPackage, buildPackage } from './build-package.js';
import { isAvailable } from './is-available.js';

const LIMIT = 240_000;
/**
 * One for each of the three restarts, and some for a machine that is busy: what arrives while a process that is about to
 * close its socket is not given the processor is lost too.
 */
const MOST_FAILURES = 15;

describe.runIf(isAvailable('nginx'))('a rolling restart behind nginx, which learns from requests', () => {
  let built: BuiltPackage;
  beforeAll(() => {
    built = buildPackage();
  }, BUILD_LIMIT);
  afterAll(() => built.remove());

  const restart = (options: Pick<RollingRestart, 'subject' | 'balancer' | 'postEvery'>) =>
    restartInTurn({ rate: 60, rounds: 1, environment: built.environment, ...options });

  // nginx keeps away from an instance that has failed for 10 s, which every restart has to wait for: so they wait together.
  it.concurrent(
    'loses no request that may be sent to a second instance',
    async () => {
      const { requests, failures, answered, restarts } = await restart({
        subject: 'vitals-fastify',
        balancer: 'nginx',
        postEvery: Infinity,
      });
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(1000);
      expect(Object.keys(answered)).toEqual(['orders-1', 'orders-2', 'orders-3']);
      expect(restarts.map(({ exit }) => exit)).toEqual(['SIGTERM', 'SIGTERM', 'SIGTERM']);
    },
    LIMIT,
  );

  it.concurrent(
    'loses, without a second attempt, the one request for each restart from which nginx learns, and hardly more',
    async () => {
      const { requests, failures, restarts } = await restart({ subject: 'vitals-express', balancer: 'nginx-strict' });
      expect(requests).toBeGreaterThan(1000);
      expect(failures.length).toBeLessThanOrEqual(MOST_FAILURES);
      expect(failures.filter(({ reason }) => reason !== 'status 502')).toEqual([]);
      expect(restarts.map(({ exit }) => exit)).toEqual(['SIGTERM', 'SIGTERM', 'SIGTERM']);
    },
    LIMIT,
  );

  it.concurrent(
    'loses nothing, even so, if somebody asks for readiness through nginx',
    async () => {
      const { requests, failures, restarts } = await restart({ subject: 'vitals-fastify', balancer: 'nginx-watched' });
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(1000);
      expect(restarts.map(({ exit }) => exit)).toEqual(['SIGTERM', 'SIGTERM', 'SIGTERM']);
    },
    LIMIT,
  );
});
