import { HealthIndicator } from 'nest-vitals';
import { Database } from './database.js';

/**
 * For sql.js, which has one connection and no pool. The check waits for the mutex of that connection, as a query of the service
 * does: while a transaction holds the connection, the instance cannot serve orders.
 */
@HealthIndicator('database', { probes: ['ready', 'startup'] })
export class EmbeddedDatabaseHealth implements HealthIndicator {
  constructor(private readonly database: Database) {}

  async check() {
    await this.database.run((manager) => manager.query('SELECT 1'));
  }
}
