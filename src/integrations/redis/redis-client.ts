import { hasMethods } from '../../core/has-methods.js';
import type { PoolCounts } from '../../clients/pool-data.js';
import type { NodeRedisSentinel, NodeRedisServer } from '../../clients/redis/node-redis.js';

/** The used part of a pool of `createClientPool`. */
export interface RedisPool {
  readonly isOpen: boolean;
  readonly totalClients: number;
  readonly idleClients: number;
  readonly tasksQueueLength: number;
  execute<T>(task: (client: NodeRedisServer) => Promise<T>): Promise<T>;
}

/** The used part of a cluster of `createCluster`. */
export interface RedisCluster {
  readonly isOpen: boolean;
  readonly slots: unknown;
  readonly masters: readonly { readonly client?: NodeRedisServer | undefined }[];
}

/** Any client of the package `redis`. */
export type RedisClient = NodeRedisServer | RedisPool | RedisCluster | NodeRedisSentinel;

export const isPool = (client: RedisClient): client is RedisPool => 'execute' in client && 'idleClients' in client;
export const isSentinel = (client: RedisClient): client is NodeRedisSentinel => 'getMasterNode' in client;

export function isRedisClient(candidate: unknown): candidate is RedisClient {
  return hasMethods(candidate, 'sendCommand') && 'isOpen' in candidate;
}

/** Undefined for a client without a pool. */
export function countsOf(client: RedisClient): PoolCounts | undefined {
  return isPool(client)
    ? { open: client.totalClients, idle: client.idleClients, waiting: client.tasksQueueLength }
    : undefined;
}
