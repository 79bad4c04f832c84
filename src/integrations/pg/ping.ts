import { ClientCalls } from '../../clients/client-calls.js';
import { type CodePattern, withCode } from '../../clients/error-codes.js';
import { takeConnection } from '../../clients/opening-connection.js';
import { roomIn } from '../../clients/pool-room.js';
import { onAbort } from '../../core/async.js';
import { type PgClient, type PgPool, countsOf, isPool } from './pg-client.js';

/** Shared by all indicators: two indicators with the same pool share its ping. */
const pings = new ClientCalls<void>();

/** Some failures of `pg` have a message and no code. */
const CODES: readonly CodePattern[] = [
  [/^Connection terminated due to connection timeout|^timeout exceeded when trying to connect/, 'ETIMEDOUT'],
  [/^Connection terminated|^Client has encountered a connection error/, 'ECONNRESET'],
];

/** Pings the server, with at most one connection of the pool and one query on the client at a time. */
export function ping(client: PgPool | PgClient, signal: AbortSignal): Promise<void> {
  const begin = async (abandoned: AbortSignal): Promise<void> => {
    try {
      await (isPool(client) ? pingPool(client, abandoned) : client.query('SELECT 1'));
    } catch (error) {
      throw withCode(error, CODES);
    }
  };
  return pings.call(client, signal, begin, isPool(client) ? () => roomIn(countsOf(client)) : undefined);
}

async function pingPool(pool: PgPool, abandoned: AbortSignal): Promise<void> {
  const connection = await takeConnection(
    [pool],
    abandoned,
    () => pool.connect(),
    (late) => late.release(),
  );
  if (abandoned.aborted) return connection.release();
  const ignore = (): void => undefined;
  // While a connection is checked out, the pool does not listen to its errors. An error without a listener ends the process.
  connection.on('error', ignore);
  const removeListener = onAbort(abandoned, () => void connection.connection?.stream.destroy());
  let failure: Error | undefined;
  try {
    await connection.query('SELECT 1');
  } catch (error) {
    failure = error instanceof Error ? error : new Error('the query failed', { cause: error });
    throw failure;
  } finally {
    removeListener();
    // Given an error, the pool closes the connection instead of reusing it.
    connection.release(failure);
    connection.off('error', ignore);
  }
}
