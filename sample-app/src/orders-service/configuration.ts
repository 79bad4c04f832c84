import { wholeNumber } from '../environment.js';

/** What the orders service is told by its environment. */
export class Configuration {
  /** A PostgreSQL database. Not set: one in memory, which is empty at every start. */
  readonly databaseUrl = process.env['DATABASE_URL'] || undefined;
  /** A cache for orders. Not set: there is none. */
  readonly redisUrl = process.env['REDIS_URL'] || undefined;
  /** A broker that is told which orders are placed. Not set: nobody is told. */
  readonly rabbitmqUrl = process.env['RABBITMQ_URL'] || undefined;
  readonly paymentsUrl = process.env['PAYMENTS_URL'] || 'http://127.0.0.1:3001';
  /** With more messages than this waiting in the outbox, the service takes no more traffic. */
  readonly outboxLimit = wholeNumber('OUTBOX_LIMIT', 20);
  /** Milliseconds that loading the catalogue takes at least: it is small, and stands for one that is not. */
  readonly catalogueWarmUp = wholeNumber('CATALOGUE_WARM_UP', 2000);
}
