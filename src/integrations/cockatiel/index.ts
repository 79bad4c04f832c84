export { CockatielIndicator } from './cockatiel.indicator.js';
export type { CockatielIndicatorOptions } from './cockatiel.indicator.js';
export type { CockatielBreaker } from './cockatiel-breaker.js';
