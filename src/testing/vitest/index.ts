import { expect } from 'vitest';
import type { HealthMatchers } from '../matcher-types.js';
import { healthMatchers } from '../matchers.js';

declare module 'vitest' {
  interface Matchers<T> extends HealthMatchers<T> {}
}

expect.extend(healthMatchers);
