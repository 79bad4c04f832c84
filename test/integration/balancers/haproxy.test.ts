import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restartInTurn } from '../../../bench/rolling-restart/rolling-restart.mjs';
import { type BuiltPackage, buildPackage } from './build-package.js';
import { isAvailable } from './is-available.js';

const LIMIT = 180_000;
/** Three failed checks of HAProxy with an interval of 1 s take at least 2 s. */
const LEAST_NOTICE = 1900;
/** Long enough for a busy machine. Usually it takes milliseconds. */
const MOST_AFTER_DRAIN = 5000;

describe.runIf(isAvailable('haproxy'))(
  'a rolling restart behind HAProxy with active checks and without retries',
  () => {
    let built: BuiltPackage;
    beforeAll(() => {
      built = buildPackage();
    });
    afterAll(() => built.remove());

    // The balancers wait most of the time, so the tests run concurrently.
    it.concurrent.each(['vitals-express', 'vitals-fastify'])(
      'loses no request with %s',
      async (subject) => {
        const { environment } = built;
        const { requests, failures, answered, restarts } = await restartInTurn({
          subject,
          balancer: 'haproxy',
          rate: 80,
          rounds: 1,
          environment,
        });
        expect(failures).toEqual([]);
        expect(requests).toBeGreaterThan(500);
        expect(Object.values(answered).reduce((sum, count) => sum + count)).toBe(requests);
        expect(Object.keys(answered)).toEqual(['orders-1', 'orders-2', 'orders-3']);
        expect(restarts).toHaveLength(3);
        for (const { exit, drained, afterDrain } of restarts) {
          expect(exit).toBe('SIGTERM');
          expect(drained).toBeGreaterThan(LEAST_NOTICE);
          expect(afterDrain).toBeLessThan(MOST_AFTER_DRAIN);
        }
      },
      LIMIT,
    );
  },
);
