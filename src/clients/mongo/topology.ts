import { HealthCheckError } from '../../errors/health-check.error.js';
import type { PoolCounts } from '../pool-data.js';
import type { MongoClient } from './mongo-client.js';

/**
 * The used part of the driver's own state of the servers. It is not public. The public events are not sufficient: those
 * before the boot of the application are missed, and an aborted request for a connection ends without an event.
 */
interface Topology {
  readonly description?: {
    /** Whether the driver has found a server that can respond to reads. */
    readonly hasDataBearingServers?: boolean;
    readonly servers?: ReadonlyMap<string, { readonly type: string; readonly error: Error | null }>;
  };
  readonly s?: { readonly servers?: ReadonlyMap<string, { readonly pool?: ConnectionPool }> };
}

interface ConnectionPool {
  readonly availableConnectionCount: number;
  readonly currentCheckedOutCount: number;
  /** It keeps aborted requests for some time. */
  readonly waitQueue: { toArray(): readonly { readonly cancelled: boolean }[] };
  /** 0 for `maxPoolSize`: no limit. */
  readonly options: { readonly maxPoolSize: number };
}

/** The counts of the pools of all servers together. Undefined before the client has connected. */
export function countsOf(client: MongoClient): PoolCounts | undefined {
  const servers = topologyOf(client)?.s?.servers;
  const pools = servers && [...servers.values()].map(({ pool }) => pool).filter(isPool);
  if (!pools || pools.length === 0) return undefined;
  const sum = (count: (pool: ConnectionPool) => number): number =>
    pools.reduce((total, pool) => total + count(pool), 0);
  return {
    max: pools.some(({ options }) => options.maxPoolSize === 0) ? undefined : sum(({ options }) => options.maxPoolSize),
    open: sum((pool) => pool.availableConnectionCount + pool.currentCheckedOutCount),
    idle: sum((pool) => pool.availableConnectionCount),
    waiting: sum((pool) => pool.waitQueue.toArray().filter(({ cancelled }) => !cancelled).length),
  };
}

/** The reason why no server can respond, from the driver's monitoring. Undefined if one can respond, or if it is not known. */
export function unreachable(client: MongoClient): Error | undefined {
  const description = topologyOf(client)?.description;
  if (!description?.servers || description.hasDataBearingServers !== false) return undefined;
  const servers = [...description.servers.values()];
  const failed = servers.find(({ error }) => error);
  if (failed?.error) return failed.error;
  // Before the first response of a server, its type is unknown.
  if (servers.every(({ type }) => type === 'Unknown')) return undefined;
  return new HealthCheckError('no server is a primary or a secondary', { code: 'NO_SERVER' });
}

function topologyOf(client: MongoClient): Topology | undefined {
  return (client as MongoClient & { readonly topology?: Topology }).topology;
}

const isPool = (pool: ConnectionPool | undefined): pool is ConnectionPool =>
  pool !== undefined &&
  typeof pool.availableConnectionCount === 'number' &&
  typeof pool.waitQueue?.toArray === 'function';
