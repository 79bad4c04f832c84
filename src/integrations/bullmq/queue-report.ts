import { isForbidden } from '../../clients/redis/failure.js';
import type { BullMqQueue, QueueClient, WaitingJob } from './bullmq-queue.js';

/** The state of a queue. */
export interface QueueReport {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly isPaused: boolean;
  /** The time at which the next job began to wait, in milliseconds since 1970. Undefined if no job waits. */
  readonly waitingSince: number | undefined;
  /** Undefined if they were not requested, or if the server does not list its clients. */
  readonly workers: number | undefined;
}

/**
 * Reads a queue in Redis, by commands that only read. BullMQ's own script for the counts is not used, because it removes
 * entries of old versions from a list.
 */
export async function readFromRedis(queue: BullMqQueue, client: QueueClient, workers: boolean): Promise<QueueReport> {
  const key = (type: string): string => queue.toKey(type);
  const [wait, paused, prioritized, active, delayed, failed, next, nextOfPaused, meta, names] = await Promise.all([
    client.llen(key('wait')),
    client.llen(key('paused')),
    client.zcard(key('prioritized')),
    client.llen(key('active')),
    client.zcard(key('delayed')),
    client.zcard(key('failed')),
    client.lrange(key('wait'), -1, -1),
    // Version 5 moves all jobs to this list while a queue is paused.
    client.lrange(key('paused'), -1, -1),
    client.hmget(key('meta'), 'paused'),
    workers ? workersOf(queue) : undefined,
  ]);
  const [id] = [...next, ...nextOfPaused];
  return {
    waiting: wait + paused + prioritized,
    active,
    delayed,
    failed,
    isPaused: meta[0] === '1',
    waitingSince: id === undefined ? undefined : since(await readJob(client, key(id))),
    workers: countOf(names),
  };
}

/** Reads a queue that is not kept in Redis, by its public methods, one after the other, so that they use one connection. */
export async function readFromQueue(queue: BullMqQueue, workers: boolean): Promise<QueueReport> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed');
  const [job] = await queue.getWaiting(0, 0);
  const isPaused = await queue.isPaused();
  const names = workers ? await queue.getWorkers() : undefined;
  const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
  return {
    waiting: waiting + prioritized,
    active,
    delayed,
    failed,
    isPaused,
    waitingSince: since(job),
    workers: countOf(names),
  };
}

async function readJob(client: QueueClient, key: string): Promise<WaitingJob | undefined> {
  const [timestamp, processedOn, opts] = await client.hmget(key, 'timestamp', 'processedOn', 'opts');
  // A worker may have taken and removed it in the meantime.
  if (timestamp === undefined || timestamp === null) return undefined;
  return {
    timestamp: Number(timestamp),
    processedOn: processedOn === undefined || processedOn === null ? undefined : Number(processedOn),
    opts: JSON.parse(opts ?? '{}') as { readonly delay?: number },
  };
}

/** The wait of a delayed job begins at the end of its delay, and that of a repeated job at its last attempt. */
function since(job: WaitingJob | undefined): number | undefined {
  return job && Math.max(job.timestamp + (job.opts?.delay ?? 0), job.processedOn ?? 0);
}

/** Undefined if the user is not permitted to list the clients of the server. */
async function workersOf(queue: BullMqQueue): Promise<readonly Record<string, string>[] | undefined> {
  try {
    return await queue.getWorkers();
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** If the server does not list its clients, BullMQ returns one placeholder without `rawname`. */
function countOf(workers: readonly Record<string, string>[] | undefined): number | undefined {
  return workers?.every((worker) => 'rawname' in worker) ? workers.length : undefined;
}
