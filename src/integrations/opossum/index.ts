export { OpossumIndicator } from './opossum.indicator.js';
export type { OpossumIndicatorOptions } from './opossum.indicator.js';
export type { OpossumBreaker } from './opossum-breaker.js';
