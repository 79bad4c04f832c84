import { libraryPath } from '../../support/process-application/compile.js';

/** Environment variables that make the instances use the current sources, compiled once for all test files. */
export function packageEnvironment(): Readonly<Record<string, string>> {
  // `dist` may be outdated or in use.
  return { NEST_VITALS: libraryPath('index'), NEST_VITALS_HAPROXY: libraryPath('haproxy/index') };
}
