export { FakeHealth } from './fake-health.js';
export { healthMatchers } from './matchers.js';
export type { MatcherResult } from './matchers.js';
export type { HealthMatchers } from './matcher-types.js';
export { NotReadyError } from './not-ready.error.js';
export { ReadyApplication, startReady } from './start-ready.js';
export type { StartOptions } from './start-ready.js';
export { simulateDrain } from './drain/simulate-drain.js';
export type { DrainOptions, DrainReport, LostRequest } from './drain/simulate-drain.js';
