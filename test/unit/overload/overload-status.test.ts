import { expect, it } from 'vitest';
import { overloadStatus } from '../../../src/overload/overload-status.js';

it.each([
  [false, false, false, 'UP'],
  [false, false, true, 'UP'],
  [true, false, false, 'DEGRADED'],
  [true, true, false, 'DOWN'],
  [true, true, true, 'DEGRADED'],
  // `down` is left later, if its last excess is more recent.
  [false, true, false, 'DOWN'],
  [false, true, true, 'DEGRADED'],
] as const)(
  'the status with overloaded: %s, above down: %s, held back: %s is %s',
  (isOverloaded, isBeyondDown, isHeldBack, status) => {
    expect(overloadStatus({ isOverloaded, isBeyondDown, isHeldBack })).toBe(status);
  },
);
