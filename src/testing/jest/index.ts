import type { HealthMatchers } from '../matcher-types.js';
import { healthMatchers } from '../matchers.js';

declare global {
  namespace jest {
    interface Matchers<R, T> extends HealthMatchers<T, R> {}
  }
}

interface Expect {
  extend(matchers: typeof healthMatchers): void;
}

const { expect } = globalThis as { readonly expect?: Expect };
if (!expect) {
  throw new Error(
    'nest-vitals/testing/jest finds no global "expect". List it in setupFilesAfterEnv, or, with injectGlobals: false, ' +
      'call expect.extend(healthMatchers) yourself.',
  );
}
expect.extend(healthMatchers);
