import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restartInTurn } from '../../../bench/rolling-restart/rolling-restart.mjs';
import { isNightly } from '../../support/nightly.js';
import { BUILD_LIMIT, type BuiltPackage, buildPackage } from './build-package.js';
import { isAvailable } from './is-available.js';

const LIMIT = 240_000;
const PROGRAMS = { caddy: 'caddy', apache: 'apache2', varnish: 'varnishd' } as const;

// One short rolling restart for each balancer. Every night all three instances are restarted, with more requests, and one
// balancer after the other, because nine instances under this load need more than two cores.
describe('a rolling restart behind a balancer that requests readiness every second', () => {
  let built: BuiltPackage;
  beforeAll(() => {
    built = buildPackage();
  }, BUILD_LIMIT);
  afterAll(() => built.remove());

  for (const [balancer, program] of Object.entries(PROGRAMS)) {
    it.runIf(isAvailable(program))(
      `loses no request (${balancer})`,
      { concurrent: !isNightly, timeout: LIMIT },
      async () => {
        const restarted = isNightly ? 3 : 1;
        const { requests, failures, answered, restarts } = await restartInTurn({
          subject: 'vitals-express',
          balancer,
          rate: isNightly ? 150 : 60,
          rounds: 1,
          restarted,
          environment: built.environment,
        });
        expect(failures).toEqual([]);
        expect(requests).toBeGreaterThan(200);
        expect(Object.values(answered).reduce((sum, count) => sum + count)).toBe(requests);
        expect(Object.keys(answered)).toEqual(['orders-1', 'orders-2', 'orders-3']);
        expect(restarts.map(({ exit }) => exit)).toEqual(Array.from({ length: restarted }, () => 'SIGTERM'));
      },
    );
  }
});
