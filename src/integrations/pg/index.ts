export { PgIndicator } from './pg.indicator.js';
export type { PgIndicatorOptions } from './pg.indicator.js';
export type { PgClient, PgConnection, PgPool } from './pg-client.js';
