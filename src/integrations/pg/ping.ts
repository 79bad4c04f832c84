import { ClientCalls } from '../../clients/client-calls.js';
import { withCode } from '../../clients/error-codes.js';
import { PG_CODES, withPgConnection } from '../../clients/pg-pool.js';
import { capacityFrom } from '../../clients/pool-capacity.js';
import { type PgClient, type PgPool, countsOf, isPool } from './pg-client.js';

/** Shared by all indicators: two indicators with the same pool share its ping. */
const pings = new ClientCalls<void>();

/** Pings the server, with at most one connection of the pool and one query on the client at a time. */
export function ping(client: PgPool | PgClient, signal: AbortSignal): Promise<void> {
  const begin = async (abandoned: AbortSignal): Promise<void> => {
    try {
      await (isPool(client)
        ? withPgConnection(client, abandoned, (connection) => connection.query('SELECT 1'))
        : client.query('SELECT 1'));
    } catch (error) {
      throw withCode(error, PG_CODES);
    }
  };
  return pings.call(client, signal, begin, isPool(client) ? () => capacityFrom(countsOf(client)) : undefined);
}
