export { OverloadIndicator } from './overload.indicator.js';
export type { OverloadIndicatorOptions, OverloadLimits } from './overload-options.js';
