import type { EventEmitter } from 'node:events';

/** What is used of both. */
interface IoRedisConnection extends EventEmitter {
  readonly status: string;
  connect(): Promise<unknown>;
}

/** What is used of a `Redis` of `ioredis`, whether it finds its server by an address or by sentinels. */
export interface IoRedisServerClient extends IoRedisConnection {
  call(command: string, ...words: string[]): Promise<unknown>;
}

/** What is used of a `Cluster` of `ioredis`. */
export interface IoRedisClusterClient extends IoRedisConnection {
  nodes(role: 'master'): readonly IoRedisServerClient[];
}

export type IoRedisClient = IoRedisServerClient | IoRedisClusterClient;

export function isCluster(client: IoRedisClient): client is IoRedisClusterClient {
  return 'nodes' in client;
}

export function isIoRedisClient(candidate: unknown): candidate is IoRedisClient {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(candidate, method) === 'function';
  return 'status' in candidate && ['call', 'connect', 'on', 'off'].every(has);
}
