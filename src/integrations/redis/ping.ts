import { ClientCalls } from '../../clients/client-calls.js';
import { notConnected } from '../../clients/not-connected.js';
import { type RedisAnswer, type SendToRedis, askRedisCluster, askRedisServer } from '../../clients/redis/info.js';
import type { PoolRoom } from '../../clients/pool-room.js';
import { explainRedisError } from '../../clients/redis/replies.js';
import { roomOf, withClient } from './lent-client.js';
import { type RedisClient, type RedisServerClient, isCluster, isPool, isSentinel } from './redis-client.js';

interface Answer {
  readonly answer: RedisAnswer;
  readonly isDetailed: boolean;
}

/** Of all indicators: two that look at one client share its ping, too. */
const pings = new ClientCalls<Answer>();

/** Asks the server for an answer, with one round trip on the client, and one client of a pool, at a time. */
export async function ping(client: RedisClient, details: boolean, signal: AbortSignal): Promise<RedisAnswer> {
  const begin = async (abandoned: AbortSignal): Promise<Answer> => {
    try {
      return { answer: await ask(client, details, abandoned), isDetailed: details };
    } catch (error) {
      throw explainRedisError(error);
    }
  };
  const room = isPool(client) ? (): PoolRoom => roomOf(client) : undefined;
  for (;;) {
    const { answer, isDetailed } = await pings.call(client, signal, begin, room);
    // Another indicator may have begun the call, which wanted less.
    if (isDetailed || !details) return answer;
  }
}

async function ask(client: RedisClient, details: boolean, abandoned: AbortSignal): Promise<RedisAnswer> {
  if (!client.isOpen) throw notConnected('closed');
  if (isPool(client)) {
    return withClient(client, abandoned, async (lent) => askRedisServer(senderOf(lent, abandoned), details));
  }
  if (isCluster(client)) return askRedisCluster(senderOf(primaryOf(client.masters), abandoned));
  if (isSentinel(client)) {
    if (!client.isReady) throw notConnected('connecting');
    return askRedisServer((...words) => client.sendCommand(false, words, { abortSignal: abandoned }), details);
  }
  return askRedisServer(senderOf(client, abandoned), details);
}

function senderOf(client: RedisServerClient, abandoned: AbortSignal): SendToRedis {
  // It would put the command aside until it has a connection.
  if (!client.isReady) throw notConnected(client.isOpen ? 'connecting' : 'closed');
  return (...words) => client.sendCommand(words, { abortSignal: abandoned });
}

/** One to which there is a connection. */
function primaryOf(primaries: readonly { readonly client?: RedisServerClient | undefined }[]): RedisServerClient {
  const clients = primaries.flatMap(({ client }) => client ?? []);
  const client = clients.find(({ isReady }) => isReady) ?? clients[0];
  if (!client) throw notConnected('without a primary');
  return client;
}
