import { setImmediate } from 'node:timers/promises';
import { ClientRequests } from '../../clients/client-requests.js';
import { notConnected } from '../../clients/not-connected.js';
import { capacityFrom } from '../../clients/pool-capacity.js';
import { explainRedisError } from '../../clients/redis/failure.js';
import { unlessClosed } from '../../clients/unless-closed.js';
import { type BullMqQueue, type QueueClient, clientOf, poolCountsOf } from './bullmq-queue.js';
import { type QueueReport, readFromQueue, readFromRedis } from './queue-report.js';

/** Shared by all indicators: the requests on one connection run one after the other. */
const pings = new ClientRequests<QueueReport>();

/** The names in messages for the states of a client without a connection. */
const STATES: Readonly<Record<string, string>> = { end: 'closed', connect: 'connecting', close: 'reconnecting' };

/** Reads the state of the queue, with one group of requests on its client at a time. */
export async function ping(queue: BullMqQueue, workers: boolean, signal: AbortSignal): Promise<QueueReport> {
  try {
    const client = await connectedClientOf(queue);
    const request = `${queue.toKey('')} ${workers}`;
    return await (client
      ? pings.send(client, request, signal, () => unlessClosed(client, readFromRedis(queue, client, workers)))
      : pings.send(
          queue,
          request,
          signal,
          () => readFromQueue(queue, workers),
          () => capacityFrom(poolCountsOf(queue)),
        ));
  } catch (error) {
    throw explainRedisError(error);
  }
}

/** Undefined if the queue is not kept in Redis. Rejects for a client without a connection, which would queue the requests. */
async function connectedClientOf(queue: BullMqQueue): Promise<QueueClient | undefined> {
  const promised = clientOf(queue);
  if (!promised) return undefined;
  const client = await Promise.race([promised, setImmediate(undefined)]);
  if (!client) throw notConnected('connecting');
  if (client.status !== 'ready') throw notConnected(STATES[client.status] ?? client.status);
  return client;
}
