import type { DataSource } from 'typeorm';
import { ClientCalls } from '../../clients/client-calls.js';
import { hasMethods } from '../../core/has-methods.js';
import { capacityFrom } from '../../clients/pool-capacity.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { withConnection } from './borrowed-connection.js';
import { type NotPermitted, ifPermitted } from './permission.js';
import { type ReplicationMode, poolOf } from './pool.js';

/** Seconds. Undefined if the driver does not provide it, or if the server is not a replica. */
type ReplicaLag = number | NotPermitted | undefined;

/** Shared by all indicators: two indicators with the same data source share its ping. */
const PINGS: Readonly<Record<ReplicationMode, ClientCalls<ReplicaLag>>> = {
  master: new ClientCalls(),
  slave: new ClientCalls(),
};

/** Pings the server of a data source, with at most one connection of its pool at a time. Resolves to the replica lag. */
export function ping(dataSource: DataSource, mode: ReplicationMode, signal: AbortSignal): Promise<ReplicaLag> {
  if (!dataSource.isInitialized) throw new HealthCheckError('the data source is not initialised');
  const begin = (abandoned: AbortSignal): Promise<ReplicaLag> =>
    withConnection(dataSource, mode, abandoned, async (runner) => {
      // The query runner would pass each ping to the loggers and subscribers of the application.
      const connection: unknown = await runner.connect();
      if (isPostgres(connection)) return pingPostgres(connection, mode);
      if (isMysql(connection)) return pingMysql(connection);
      await runner.query(QUERIES[dataSource.options.type] ?? 'SELECT 1');
      return undefined;
    });
  return PINGS[mode].call(dataSource, signal, begin, () => capacityFrom(poolOf(dataSource, mode)));
}

/** The queries of the databases whose `SELECT` requires a table. */
const QUERIES: Readonly<Record<string, string>> = { oracle: 'SELECT 1 FROM DUAL', sap: 'SELECT 1 FROM DUMMY' };

/** The lag is 0 while the replica has applied every change that it received: an idle primary sends no changes. */
const REPLICA_LAG = `
  SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN NULL
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE EXTRACT(EPOCH FROM now() - pg_last_xact_replay_timestamp())
  END AS seconds`;

interface PostgresConnection {
  query(text: string): Promise<{ readonly rows: readonly { readonly seconds?: unknown }[] }>;
}

function isPostgres(connection: unknown): connection is PostgresConnection {
  return hasMethods(connection, 'query') && 'processID' in connection;
}

async function pingPostgres(connection: PostgresConnection, mode: ReplicationMode): Promise<ReplicaLag> {
  if (mode === 'master') {
    await connection.query('SELECT 1');
    return undefined;
  }
  // A refusal is also a response of the server.
  const result = await ifPermitted(() => connection.query(REPLICA_LAG));
  if (result === 'not permitted') return result;
  const seconds = result.rows[0]?.seconds;
  if (seconds === null || seconds === undefined) return undefined;
  // Rounded to milliseconds. The difference is negative if the clocks of the two servers differ.
  return Math.max(0, Math.round(Number(seconds) * 1000) / 1000);
}

interface MysqlConnection {
  ping(callback: (error: unknown) => void): void;
}

function isMysql(connection: unknown): connection is MysqlConnection {
  return hasMethods(connection, 'ping') && 'threadId' in connection;
}

function pingMysql(connection: MysqlConnection): Promise<undefined> {
  return new Promise((resolve, reject) => {
    connection.ping((error) => (error ? reject(error) : resolve(undefined)));
  });
}
