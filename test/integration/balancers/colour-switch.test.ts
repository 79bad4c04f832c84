import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { switchColours } from '../../../bench/rolling-restart/colour-switch.mjs';
import { isNightly } from '../../support/nightly.js';
import { BUILD_LIMIT, type BuiltPackage, buildPackage } from './build-package.js';
import { isAvailable } from './is-available.js';

const LIMIT = 120_000;
const METHODS = isNightly ? (['readiness', 'socket'] as const) : (['readiness'] as const);

describe.runIf(isAvailable('haproxy'))('a switch from blue to green behind HAProxy', () => {
  let built: BuiltPackage;
  beforeAll(() => {
    built = buildPackage();
  }, BUILD_LIMIT);
  afterAll(() => built.remove());

  it.each(METHODS)(
    'loses no request by %s',
    async (by) => {
      const { environment } = built;
      const { requests, failures, before, switched, answered, restarts } = await switchColours({
        subject: 'vitals-express',
        by,
        rate: 80,
        environment,
      });
      expect(failures).toEqual([]);
      expect(Object.keys(before).toSorted()).toEqual(['blue-1', 'blue-2']);
      expect(answered).toMatchObject({ 'blue-1': switched['blue-1'], 'blue-2': switched['blue-2'] });
      expect(answered['green-1']).toBeGreaterThan(switched['green-1'] ?? 0);
      expect(answered['green-2']).toBeGreaterThan(switched['green-2'] ?? 0);
      expect(Object.values(answered).reduce((sum, count) => sum + count)).toBe(requests);
      expect(restarts.map(({ exit }) => exit)).toEqual(['SIGTERM', 'SIGTERM']);
    },
    LIMIT,
  );
});
