import { ClientCalls } from '../../clients/client-calls.js';
import { takeConnection } from '../../clients/opening-connection.js';
import { roomIn } from '../../clients/pool-room.js';
import { type PgClient, type PgPool, countsOf, isPool } from './pg-client.js';

/** Of all indicators: two that look at one pool share its ping, too. */
const pings = new ClientCalls<void>();

/** Asks the server for an answer, with at most one connection of the pool and one query on the client at a time. */
export function ping(client: PgPool | PgClient, signal: AbortSignal): Promise<void> {
  const begin = async (abandoned: AbortSignal): Promise<void> => {
    try {
      await (isPool(client) ? pingPool(client, abandoned) : client.query('SELECT 1'));
    } catch (error) {
      throw explain(error);
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
  const ignore = (): void => undefined;
  // Nobody else listens to a connection that is lent out, and an error that nobody listens to ends the process.
  connection.on('error', ignore);
  const cancel = (): unknown => connection.connection?.stream.destroy();
  abandoned.addEventListener('abort', cancel, { once: true });
  let failure: Error | undefined;
  try {
    if (!abandoned.aborted) await connection.query('SELECT 1');
  } catch (error) {
    failure = error instanceof Error ? error : new Error('the query has failed', { cause: error });
    throw failure;
  } finally {
    abandoned.removeEventListener('abort', cancel);
    // With an error, the pool closes it instead of lending it to somebody else.
    connection.release(failure);
    connection.off('error', ignore);
  }
}

/** `pg` tells some of the usual failures by their words alone. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/^Connection terminated due to connection timeout|^timeout exceeded when trying to connect/, 'ETIMEDOUT'],
  [/^Connection terminated|^Client has encountered a connection error/, 'ECONNRESET'],
];

function explain(error: unknown): unknown {
  if (!(error instanceof Error) || ('code' in error && error.code !== undefined)) return error;
  const code = CODES.find(([words]) => words.test(error.message))?.[1];
  return code === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code });
}
