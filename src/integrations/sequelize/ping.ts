import { ClientCalls } from '../../clients/client-calls.js';
import { type PoolRoom, untilRoom } from '../../clients/pool-room.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type DriverPing, driverOf } from './driver-ping.js';
import { type ConnectionManager, type SequelizeClient, managerOf, roomOf } from './sequelize-client.js';

/** Of all indicators: two that look at one Sequelize share its ping, too. */
const pings = new ClientCalls<void>();

/** Asks the database for an answer, with at most one connection of the pool at a time. */
export function ping(client: SequelizeClient, signal: AbortSignal): Promise<void> {
  const room = (): PoolRoom => roomOf(client);
  const begin = async (abandoned: AbortSignal): Promise<void> => {
    const manager = managerOf(client);
    const driver = driverOf(client.getDialect());
    // A connection that does not open stays in the pool when the request for it has timed out, and cannot be destroyed.
    await untilRoom(room, abandoned);
    try {
      // What Sequelize does itself can neither be cancelled nor be kept out of the application's hooks.
      await (manager && driver ? pingThrough(manager, driver, abandoned) : client.authenticate({ logging: false }));
    } catch (error) {
      throw explain(error);
    }
  };
  return pings.call(client, signal, begin, room);
}

async function pingThrough(
  manager: ConnectionManager,
  driver: (connection: object) => DriverPing,
  abandoned: AbortSignal,
): Promise<void> {
  // This cannot be cancelled. A connection that comes too late is returned to the pool.
  const connection = await manager.getConnection({ type: 'SELECT', useMaster: true });
  const lent = driver(connection);
  let onAbort = (): void => undefined;
  // The connection is cut off then, and one of `mysql2` never calls back after that.
  const cancelled = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(abandoned.reason);
  });
  abandoned.addEventListener('abort', onAbort, { once: true });
  try {
    if (!abandoned.aborted) await Promise.race([lent.ask(), cancelled]);
    manager.releaseConnection(connection);
  } catch (error) {
    lent.cut();
    // The pool lets go of it at once, and of what its farewell comes to nobody has to hear.
    manager.destroyConnection(connection).catch(() => undefined);
    throw error;
  } finally {
    abandoned.removeEventListener('abort', onAbort);
  }
}

/** What Sequelize, or the driver, tells by its words or its name alone. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/AcquireTimeout|timeout expired|connection timeout|ETIMEDOUT/i, 'ETIMEDOUT'],
  [/^Connection terminated|^Client has encountered a connection error|closed state/, 'ECONNRESET'],
];

/** The errors of Sequelize hold the driver's as `parent`. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (/after the connection manager was closed/.test(error.message)) {
    return new HealthCheckError('the Sequelize is closed', { cause: error });
  }
  const code = codeOf(error) ?? CODES.find(([words]) => words.test(error.message) || words.test(error.name))?.[1];
  return code === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code });
}

function codeOf(error: Error): unknown {
  const { code, parent } = error as { readonly code?: unknown; readonly parent?: { readonly code?: unknown } | null };
  return code ?? parent?.code;
}
