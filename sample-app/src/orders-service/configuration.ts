import { wholeNumber } from '../environment.js';

/** The environment variables of the orders service. */
export class Configuration {
  /** A PostgreSQL database. Default: an embedded database in memory, which is empty at each start. */
  readonly databaseUrl = process.env['DATABASE_URL'] || undefined;
  /** A Redis server that caches orders. Default: no cache. */
  readonly redisUrl = process.env['REDIS_URL'] || undefined;
  /** A RabbitMQ server for the events of placed orders. Default: no events are published. */
  readonly rabbitmqUrl = process.env['RABBITMQ_URL'] || undefined;
  readonly paymentsUrl = process.env['PAYMENTS_URL'] || 'http://127.0.0.1:3001';
  /** With more messages than this in the outbox, the indicator `outbox` is DOWN and the report DEGRADED. */
  readonly outboxLimit = wholeNumber('OUTBOX_LIMIT', 20);
  /** Milliseconds that loading the catalogue takes at least, to show a slow start. */
  readonly catalogueWarmUp = wholeNumber('CATALOGUE_WARM_UP', 2000);
}
