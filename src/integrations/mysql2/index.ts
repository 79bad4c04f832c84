export { Mysql2Indicator } from './mysql2.indicator.js';
export type { Mysql2IndicatorOptions } from './mysql2.indicator.js';
