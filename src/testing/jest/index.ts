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
    'nest-vitals/testing/jest needs the global "expect" of Jest. List it in setupFilesAfterEnv. With injectGlobals: false, ' +
      'call expect.extend(healthMatchers) instead.',
  );
}
expect.extend(healthMatchers);
