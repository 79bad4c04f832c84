export { MikroOrmIndicator } from './mikro-orm.indicator.js';
export type { MikroOrmIndicatorOptions } from './mikro-orm.indicator.js';
export type { MikroOrmClient } from './mikro-orm-client.js';
