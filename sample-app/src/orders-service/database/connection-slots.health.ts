import { HealthIndicator, degraded, up } from 'nest-vitals';
import { Database } from './database.js';

const HIGH = 0.8;

const QUERY = `
  SELECT count(*)::int AS used, current_setting('max_connections')::int AS allowed
  FROM pg_stat_activity WHERE backend_type = 'client backend'`;

/** Is DEGRADED before PostgreSQL refuses connections. The embedded database has no such limit, so the check is SKIPPED. */
@HealthIndicator('connection_slots', { critical: false, when: () => Boolean(process.env['DATABASE_URL']) })
export class ConnectionSlotsHealth implements HealthIndicator {
  constructor(private readonly database: Database) {}

  async check() {
    const rows = await this.database.run((manager) => manager.query<{ used: number; allowed: number }[]>(QUERY));
    const { used = 0, allowed = 0 } = rows[0] ?? {};
    const facts = { used, allowed };
    return used > HIGH * allowed ? degraded(`${used} of ${allowed} connections are in use`, facts) : up(facts);
  }
}
