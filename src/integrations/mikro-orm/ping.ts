import { ClientCalls } from '../../clients/client-calls.js';
import { withCode } from '../../clients/error-codes.js';
import { PG_CODES, withPgConnection } from '../../clients/pg-pool.js';
import { capacityFrom } from '../../clients/pool-capacity.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type MikroOrmClient, connectionOf } from './mikro-orm-client.js';
import { countsOf, openPool } from './pool.js';

/** Shared by all indicators: two indicators with the same MikroORM share its ping. */
const pings = new ClientCalls<void>();

/** Pings the server, with at most one connection of the pool at a time. */
export function ping(orm: MikroOrmClient, signal: AbortSignal): Promise<void> {
  const begin = async (abandoned: AbortSignal): Promise<void> => {
    try {
      const pool = await openPool(orm);
      // MikroORM's own check cannot be cancelled.
      await (pool ? withPgConnection(pool, abandoned, (connection) => connection.query('SELECT 1')) : check(orm));
    } catch (error) {
      throw withCode(error, PG_CODES);
    }
  };
  return pings.call(orm, signal, begin, () => capacityFrom(countsOf(orm)));
}

async function check(orm: MikroOrmClient): Promise<void> {
  const { ok, reason, error } = await connectionOf(orm).checkConnection();
  if (!ok) throw error ?? new HealthCheckError(reason ?? 'the MikroORM is not connected');
}
