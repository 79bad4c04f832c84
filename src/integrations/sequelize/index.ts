export { SequelizeIndicator } from './sequelize.indicator.js';
export type { SequelizeIndicatorOptions } from './sequelize.indicator.js';
export type { SequelizeClient } from './sequelize-client.js';
