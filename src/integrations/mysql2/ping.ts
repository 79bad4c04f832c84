import { ClientCalls } from '../../clients/client-calls.js';
import { mysqlPoolCounts } from '../../clients/mysql-pool.js';
import { takeConnection } from '../../clients/opening-connection.js';
import { capacityFrom } from '../../clients/pool-capacity.js';
import { raceAbort } from '../../core/async.js';
import { type CoreConnection, type CorePool, type BorrowedConnection, isPool } from './mysql2-client.js';

/** Shared by all indicators: two indicators with the same pool share its ping. */
const pings = new ClientCalls<void>();

/** Pings the server, with at most one connection of the pool and one command on the client at a time. */
export function ping(core: CorePool | CoreConnection, signal: AbortSignal): Promise<void> {
  return isPool(core)
    ? pings.call(
        core,
        signal,
        (abandoned) => pingPool(core, abandoned),
        () => capacityFrom(mysqlPoolCounts(core)),
      )
    : pings.call(core, signal, () => pingConnection(core));
}

async function pingPool(pool: CorePool, abandoned: AbortSignal): Promise<void> {
  const connection = await takeConnection(
    [pool],
    abandoned,
    () => borrow(pool),
    (late) => late.release(),
  );
  const ignore = (): void => undefined;
  // An error event without a listener ends the process.
  connection.on('error', ignore);
  try {
    // A destroyed connection never calls back.
    if (!abandoned.aborted) await raceAbort(pingConnection(connection), abandoned);
    connection.release();
  } catch (error) {
    // The pool removes the connection, and opens another one when it needs it.
    destroy(connection);
    throw error;
  } finally {
    connection.off('error', ignore);
  }
}

function borrow(pool: CorePool): Promise<BorrowedConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
  });
}

function pingConnection(connection: CoreConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.ping((error) => (error ? reject(error) : resolve()));
  });
}

/** `destroy()` of `mysql2` waits until the server closes the connection. A frozen server does not, so the socket is destroyed too. */
function destroy(connection: BorrowedConnection): void {
  connection.destroy();
  connection.stream?.destroy();
}
