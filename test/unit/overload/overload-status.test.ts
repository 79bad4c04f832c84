import { expect, it } from 'vitest';
import { overloadStatus } from '../../../src/overload/overload-status.js';

it.each([
  [false, false, 'UP'],
  [true, false, 'DEGRADED'],
  [true, true, 'DOWN'],
  // `down` is left later, if its last excess is more recent.
  [false, true, 'DOWN'],
] as const)('overloaded: %s, beyond down: %s is %s', (isOverloaded, isBeyondDown, status) => {
  expect(overloadStatus({ isOverloaded, isBeyondDown })).toBe(status);
});
