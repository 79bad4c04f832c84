import { hasMethods } from '../../clients/has-methods.js';
import type { PoolCounts } from '../../clients/pool-data.js';

interface CommandOptions {
  /** Removes a command that was not sent yet from the queue of the client. */
  readonly abortSignal: AbortSignal;
}

/** The used part of a client of `createClient`. */
export interface RedisServerClient {
  /** Whether `connect()` was called, and not `close()` since. */
  readonly isOpen: boolean;
  /** Whether it has a connection. */
  readonly isReady: boolean;
  sendCommand(words: string[], options?: CommandOptions): Promise<unknown>;
}

/** The used part of a pool of `createClientPool`. */
export interface RedisPool {
  readonly isOpen: boolean;
  readonly totalClients: number;
  readonly idleClients: number;
  readonly tasksQueueLength: number;
  execute<T>(task: (client: RedisServerClient) => Promise<T>): Promise<T>;
}

/** The used part of a cluster of `createCluster`. */
export interface RedisCluster {
  readonly isOpen: boolean;
  readonly slots: unknown;
  readonly masters: readonly { readonly client?: RedisServerClient | undefined }[];
}

/** The used part of a client of `createSentinel`. */
export interface RedisSentinel {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  getMasterNode(): unknown;
  sendCommand(isReadonly: boolean, words: string[], options?: CommandOptions): Promise<unknown>;
}

/** Any client of the package `redis`. */
export type RedisClient = RedisServerClient | RedisPool | RedisCluster | RedisSentinel;

export const isPool = (client: RedisClient): client is RedisPool => 'execute' in client && 'idleClients' in client;
export const isCluster = (client: RedisClient): client is RedisCluster => 'masters' in client && 'slots' in client;
export const isSentinel = (client: RedisClient): client is RedisSentinel => 'getMasterNode' in client;

export function isRedisClient(candidate: unknown): candidate is RedisClient {
  return hasMethods(candidate, 'sendCommand') && 'isOpen' in candidate;
}

/** Undefined for a client without a pool. */
export function countsOf(client: RedisClient): PoolCounts | undefined {
  return isPool(client)
    ? { open: client.totalClients, idle: client.idleClients, waiting: client.tasksQueueLength }
    : undefined;
}
