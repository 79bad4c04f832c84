export { TypeOrmIndicator } from './typeorm.indicator.js';
export type { TypeOrmIndicatorOptions } from './typeorm.indicator.js';
