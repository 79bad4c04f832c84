import { hasMethods } from '../../core/has-methods.js';
import type { PoolCounts } from '../../clients/pool-data.js';
import type { ClosingEvents } from '../../clients/unless-closed.js';

/** The used part of a `Queue` of `bullmq`. */
export interface BullMqQueue {
  readonly name: string;
  toKey(type: string): string;
  getJobCounts(...types: QueueState[]): Promise<Record<string, number>>;
  getWaiting(start: number, end: number): Promise<readonly (WaitingJob | undefined)[]>;
  getWorkers(): Promise<readonly Record<string, string>[]>;
  isPaused(): Promise<boolean>;
  /** From version 6 on. */
  getBackend?(): object;
  /** Up to version 5. */
  readonly client?: Promise<unknown>;
}

export type QueueState = 'waiting' | 'prioritized' | 'active' | 'delayed' | 'failed';

/** The used part of a `Job`. */
export interface WaitingJob {
  readonly timestamp: number;
  readonly processedOn?: number | undefined;
  readonly opts?: { readonly delay?: number | undefined };
}

/** The used part of the Redis client of a queue, which may be of any package. */
export interface QueueClient extends ClosingEvents {
  readonly status: string;
  llen(key: string): Promise<number>;
  zcard(key: string): Promise<number>;
  lrange(key: string, start: number, end: number): Promise<string[]>;
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
}

export function isBullMqQueue(candidate: unknown): candidate is BullMqQueue {
  return hasMethods(candidate, 'getJobCounts', 'getWorkers', 'toKey');
}

/** The client of a queue that is kept in Redis. The promise settles when the first connection is open. */
export function clientOf(queue: BullMqQueue): Promise<QueueClient> | undefined {
  const owner = queue.getBackend?.() ?? queue;
  return 'client' in owner ? (owner.client as Promise<QueueClient>) : undefined;
}

/** The used part of the `pg` pool of a queue that is kept in PostgreSQL. */
interface PostgresPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly options?: { readonly max?: number };
}

/** Undefined if the pool of the queue is not accessible. */
export function poolCountsOf(queue: BullMqQueue): PoolCounts | undefined {
  const { connection } = (queue.getBackend?.() ?? {}) as { readonly connection?: { readonly pool?: PostgresPool } };
  const pool = connection?.pool;
  return pool && { max: pool.options?.max, open: pool.totalCount, idle: pool.idleCount };
}
