export { TerminusIndicator } from './terminus.indicator.js';
export type { TerminusIndicatorOptions, TerminusSource } from './terminus.indicator.js';
