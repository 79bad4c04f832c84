import { ClientCalls } from '../../clients/client-calls.js';
import { type CodePattern, codedError, withCode } from '../../clients/error-codes.js';
import { type PoolCapacity, untilCapacity } from '../../clients/pool-capacity.js';
import { raceAbort } from '../../core/async.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type DriverPing, driverOf } from './driver-ping.js';
import { type ConnectionManager, type SequelizeClient, managerOf, capacityOf } from './sequelize-client.js';

/** Shared by all indicators: two indicators with the same Sequelize share its ping. */
const pings = new ClientCalls<void>();

/** Pings the database, with at most one connection of the pool at a time. */
export function ping(client: SequelizeClient, signal: AbortSignal): Promise<void> {
  const capacity = (): PoolCapacity => capacityOf(client);
  const begin = async (abandoned: AbortSignal): Promise<void> => {
    const manager = managerOf(client);
    const driver = driverOf(client.getDialect());
    // After a timeout, a connection that does not open stays in the pool and cannot be destroyed.
    await untilCapacity(capacity, abandoned);
    try {
      // `authenticate()` cannot be cancelled, and it runs the application's hooks.
      await (manager && driver ? pingThrough(manager, driver, abandoned) : client.authenticate({ logging: false }));
    } catch (error) {
      throw explain(error);
    }
  };
  return pings.call(client, signal, begin, capacity);
}

async function pingThrough(
  manager: ConnectionManager,
  driver: (connection: object) => DriverPing,
  abandoned: AbortSignal,
): Promise<void> {
  // This cannot be cancelled. A connection that opens too late is returned to the pool.
  const connection = await manager.getConnection({ type: 'SELECT', useMaster: true });
  const borrowed = driver(connection);
  try {
    // After an abort the connection is destroyed, and `mysql2` never calls back for a destroyed connection.
    if (!abandoned.aborted) await raceAbort(borrowed.ping(), abandoned);
    manager.releaseConnection(connection);
  } catch (error) {
    borrowed.destroy();
    // The pool removes the connection at once. The result of closing it does not matter.
    manager.destroyConnection(connection).catch(() => undefined);
    throw error;
  }
}

/** Some failures of Sequelize and of the drivers have only a name or a message. */
const CODES: readonly CodePattern[] = [
  [/AcquireTimeout|timeout expired|connection timeout|ETIMEDOUT/i, 'ETIMEDOUT'],
  [/^Connection terminated|^Client has encountered a connection error|closed state/, 'ECONNRESET'],
];

/** An error of Sequelize has the error of the driver as `parent`. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (/after the connection manager was closed/.test(error.message)) {
    return new HealthCheckError('the Sequelize is closed', { cause: error });
  }
  const code = codeOf(error) ?? CODES.find(([pattern]) => pattern.test(error.name))?.[1];
  return typeof code === 'string' ? codedError(error.message, code, error) : withCode(error, CODES);
}

function codeOf(error: Error): unknown {
  const { code, parent } = error as { readonly code?: unknown; readonly parent?: { readonly code?: unknown } | null };
  return code ?? parent?.code;
}
