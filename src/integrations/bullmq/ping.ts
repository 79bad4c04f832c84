import { setImmediate } from 'node:timers/promises';
import { ClientRequests } from '../../clients/client-requests.js';
import { notConnected } from '../../clients/not-connected.js';
import { roomIn } from '../../clients/pool-room.js';
import { explainRedisError } from '../../clients/redis/replies.js';
import { unlessClosed } from '../../clients/unless-closed.js';
import { type BullMqQueue, type QueueClient, clientOf, poolCountsOf } from './bullmq-queue.js';
import { type QueueReport, readFromQueue, readFromRedis } from './queue-report.js';

/** Of all indicators: queues that share a connection ask over it one after the other. */
const questions = new ClientRequests<QueueReport>();

/** The words of the clients for what they are doing when they have no connection. */
const STATES: Readonly<Record<string, string>> = { end: 'closed', connect: 'connecting', close: 'reconnecting' };

/** Reads the state of the queue, with one round of questions on its client at a time. */
export async function askQueue(queue: BullMqQueue, workers: boolean, signal: AbortSignal): Promise<QueueReport> {
  try {
    const client = await connectedClientOf(queue);
    const question = `${queue.toKey('')} ${workers}`;
    return await (client
      ? questions.ask(client, question, signal, () => unlessClosed(client, readFromRedis(queue, client, workers)))
      : questions.ask(
          queue,
          question,
          signal,
          () => readFromQueue(queue, workers),
          () => roomIn(poolCountsOf(queue)),
        ));
  } catch (error) {
    throw explainRedisError(error);
  }
}

/** Undefined if the queue is not kept in Redis. A client without a connection would put the questions aside. */
async function connectedClientOf(queue: BullMqQueue): Promise<QueueClient | undefined> {
  const promised = clientOf(queue);
  if (!promised) return undefined;
  const client = await Promise.race([promised, setImmediate(undefined)]);
  if (!client) throw notConnected('connecting');
  if (client.status !== 'ready') throw notConnected(STATES[client.status] ?? client.status);
  return client;
}
