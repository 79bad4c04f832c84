import { ClientCalls } from '../../discovery/client-calls.js';
import { notConnected } from '../../discovery/not-connected.js';
import { type RedisInfo, type SendToRedis, askRedisCluster, askRedisServer } from '../../discovery/redis-info.js';
import { explainRedisError } from '../../discovery/redis-replies.js';
import { type RedisClient, type RedisServerClient, isCluster, isPool, isSentinel } from './redis-client.js';

interface Answer {
  /** What a server says of itself, or a node of its cluster. Undefined if it was not asked, or may not be. */
  readonly info: RedisInfo | undefined;
  readonly isDetailed: boolean;
}

/** Of all indicators: two that look at one client share its ping, too. */
const pings = new ClientCalls<Answer>();

/** Asks the server for an answer, with one round trip on the client, and one client of a pool, at a time. */
export async function ping(client: RedisClient, details: boolean, signal: AbortSignal): Promise<RedisInfo | undefined> {
  for (;;) {
    const answer = await pings.call(client, signal, async (abandoned) => {
      try {
        return { info: await ask(client, details, abandoned), isDetailed: details };
      } catch (error) {
        throw explainRedisError(error);
      }
    });
    // Another indicator may have begun the call, which wanted less.
    if (answer.isDetailed || !details) return answer.info;
  }
}

async function ask(client: RedisClient, details: boolean, abandoned: AbortSignal): Promise<RedisInfo | undefined> {
  if (!client.isOpen) throw notConnected('closed');
  // Async: the pool loses a client whose task throws before it returns a promise.
  if (isPool(client)) return client.execute(async (lent) => askRedisServer(senderOf(lent, abandoned), details));
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
