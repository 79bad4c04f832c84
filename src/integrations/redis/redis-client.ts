import type { PoolCounts } from '../../clients/pool-data.js';

interface CommandOptions {
  /** It takes back a command that has not been sent yet. */
  readonly abortSignal: AbortSignal;
}

/** What is used of a client of `createClient`. */
export interface RedisServerClient {
  /** Whether it has been told to connect, and not to close since. */
  readonly isOpen: boolean;
  /** Whether it has a connection. */
  readonly isReady: boolean;
  sendCommand(words: string[], options?: CommandOptions): Promise<unknown>;
}

/** What is used of a pool of `createClientPool`. */
export interface RedisPool {
  readonly isOpen: boolean;
  readonly totalClients: number;
  readonly idleClients: number;
  readonly tasksQueueLength: number;
  execute<T>(task: (client: RedisServerClient) => Promise<T>): Promise<T>;
}

/** What is used of a cluster of `createCluster`. */
export interface RedisCluster {
  readonly isOpen: boolean;
  readonly slots: unknown;
  readonly masters: readonly { readonly client?: RedisServerClient | undefined }[];
}

/** What is used of a client of `createSentinel`. */
export interface RedisSentinel {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  getMasterNode(): unknown;
  sendCommand(isReadonly: boolean, words: string[], options?: CommandOptions): Promise<unknown>;
}

/** Whatever the package `redis` makes to talk to Redis with. */
export type RedisClient = RedisServerClient | RedisPool | RedisCluster | RedisSentinel;

export const isPool = (client: RedisClient): client is RedisPool => 'execute' in client && 'idleClients' in client;
export const isCluster = (client: RedisClient): client is RedisCluster => 'masters' in client && 'slots' in client;
export const isSentinel = (client: RedisClient): client is RedisSentinel => 'getMasterNode' in client;

export function isRedisClient(candidate: unknown): candidate is RedisClient {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(candidate, method) === 'function';
  return 'isOpen' in candidate && has('sendCommand');
}

export function countsOf(client: RedisClient): PoolCounts | undefined {
  return isPool(client)
    ? { open: client.totalClients, idle: client.idleClients, waiting: client.tasksQueueLength }
    : undefined;
}
