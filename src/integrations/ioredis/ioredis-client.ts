import type { EventEmitter } from 'node:events';
import { hasMethods } from '../../core/has-methods.js';

/** The used part of both kinds of client. */
interface IoRedisConnection extends EventEmitter {
  readonly status: string;
  connect(): Promise<unknown>;
}

/** The used part of a `Redis` of `ioredis`, with a fixed address or with sentinels. */
export interface IoRedisServerClient extends IoRedisConnection {
  call(command: string, ...parameters: string[]): Promise<unknown>;
}

/** The used part of a `Cluster` of `ioredis`. */
export interface IoRedisClusterClient extends IoRedisConnection {
  nodes(role: 'master'): readonly IoRedisServerClient[];
}

export type IoRedisClient = IoRedisServerClient | IoRedisClusterClient;

export function isIoRedisClient(candidate: unknown): candidate is IoRedisClient {
  return hasMethods(candidate, 'call', 'connect', 'on', 'off') && 'status' in candidate;
}
