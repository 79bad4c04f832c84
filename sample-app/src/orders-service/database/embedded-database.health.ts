import { HealthIndicator } from 'nest-vitals';
import { Database } from './database.js';

/**
 * For sql.js, which has one connection and no pool. A query of the service waits for its turn on that connection, so the check
 * waits for a turn, too: an instance whose connection is held by a transaction cannot serve orders.
 */
@HealthIndicator('database', { probes: ['ready', 'startup'] })
export class EmbeddedDatabaseHealth implements HealthIndicator {
  constructor(private readonly database: Database) {}

  async check() {
    await this.database.run((manager) => manager.query('SELECT 1'));
  }
}
