import type { DataSource } from 'typeorm';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { ClientCalls } from '../../clients/client-calls.js';
import { roomIn } from '../../clients/pool-room.js';
import { withConnection } from './lent-connection.js';
import { type ReplicationMode, poolOf } from './pool.js';

/** What a ping of a replica has learnt besides that it answers. */
export interface Pong {
  /** Undefined: the driver cannot tell, or the server is no replica. */
  readonly replicaLag?: number | undefined;
}

/** Of all indicators: two that look at one data source share its ping, too. */
const PINGS: Readonly<Record<ReplicationMode, ClientCalls<Pong>>> = {
  master: new ClientCalls(),
  slave: new ClientCalls(),
};

/** Asks the server of a data source for an answer, with at most one connection of its pool at a time. */
export function ping(dataSource: DataSource, mode: ReplicationMode, signal: AbortSignal): Promise<Pong> {
  if (!dataSource.isInitialized) throw new HealthCheckError('the data source is not initialised');
  const begin = (abandoned: AbortSignal): Promise<Pong> =>
    withConnection(dataSource, mode, abandoned, async (runner) => {
      // The query runner would hand the query to the application's loggers and subscribers, once for every ping.
      const connection: unknown = await runner.connect();
      if (isPostgres(connection)) return pingPostgres(connection, mode);
      if (isMysql(connection)) return pingMysql(connection);
      await runner.query(QUERIES[dataSource.options.type] ?? 'SELECT 1');
      return {};
    });
  return PINGS[mode].call(dataSource, signal, begin, () => roomIn(poolOf(dataSource, mode)));
}

/** The databases that have no `SELECT` without a table. */
const QUERIES: Readonly<Record<string, string>> = { oracle: 'SELECT 1 FROM DUAL', sap: 'SELECT 1 FROM DUMMY' };

/** Nothing was written for a while: the time of the last write says nothing as long as all of it was applied. */
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
  return isObject(connection) && 'processID' in connection && 'query' in connection;
}

async function pingPostgres(connection: PostgresConnection, mode: ReplicationMode): Promise<Pong> {
  if (mode === 'master') {
    await connection.query('SELECT 1');
    return {};
  }
  const { rows } = await connection.query(REPLICA_LAG);
  const seconds = rows[0]?.seconds;
  if (seconds === null || seconds === undefined) return {};
  // To the millisecond. The clocks of the two servers need not agree.
  return { replicaLag: Math.max(0, Math.round(Number(seconds) * 1000) / 1000) };
}

interface MysqlConnection {
  ping(callback: (error: unknown) => void): void;
}

function isMysql(connection: unknown): connection is MysqlConnection {
  return isObject(connection) && 'ping' in connection && 'threadId' in connection;
}

async function pingMysql(connection: MysqlConnection): Promise<Pong> {
  await new Promise<void>((resolve, reject) => {
    connection.ping((error) => (error ? reject(error) : resolve()));
  });
  return {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
