import { wholeNumber } from '../environment.js';

/** What the orders service reads from its environment. */
export class Configuration {
  /** A PostgreSQL database. Not set: one in memory, which is empty at every start. */
  readonly databaseUrl = process.env['DATABASE_URL'] || undefined;
  /** A cache for orders. Not set: there is none. */
  readonly redisUrl = process.env['REDIS_URL'] || undefined;
  /** A broker for the events of placed orders. Not set: no events are published. */
  readonly rabbitmqUrl = process.env['RABBITMQ_URL'] || undefined;
  readonly paymentsUrl = process.env['PAYMENTS_URL'] || 'http://127.0.0.1:3001';
  /** With more messages than this in the outbox, the indicator `outbox` is DOWN and the report DEGRADED. */
  readonly outboxLimit = wholeNumber('OUTBOX_LIMIT', 20);
  /** Milliseconds that loading the catalogue takes at least: it is small, and stands for one that is not. */
  readonly catalogueWarmUp = wholeNumber('CATALOGUE_WARM_UP', 2000);
}
