import { notConnected } from '../../clients/not-connected.js';
import { type NodeRedisServer, isNodeRedisCluster } from '../../clients/redis/node-redis.js';
import { pingRedis } from '../../clients/redis/ping.js';
import {
  type RedisResponse,
  type SendToRedis,
  pingRedisCluster,
  pingRedisServer,
} from '../../clients/redis/requests.js';
import { capacityOf, withClient } from './borrowed-client.js';
import { type RedisClient, isPool, isSentinel } from './redis-client.js';

/** Pings the server, with one round trip on the client, or on one client of a pool, at a time. */
export function ping(client: RedisClient, details: boolean, signal: AbortSignal): Promise<RedisResponse> {
  const capacity = isPool(client) ? () => capacityOf(client) : undefined;
  return pingRedis(client, details, signal, (abandoned) => send(client, details, abandoned), capacity);
}

async function send(client: RedisClient, details: boolean, abandoned: AbortSignal): Promise<RedisResponse> {
  if (!client.isOpen) throw notConnected('closed');
  if (isPool(client)) {
    return withClient(client, abandoned, async (borrowed, unconnected) => {
      return { ...(await pingRedisServer(senderOf(borrowed, abandoned), details)), unconnected };
    });
  }
  if (isNodeRedisCluster(client)) return pingRedisCluster(senderOf(primaryOf(client.masters), abandoned));
  if (isSentinel(client)) {
    if (!client.isReady) throw notConnected('connecting');
    return pingRedisServer((...words) => client.sendCommand(false, words, { abortSignal: abandoned }), details);
  }
  return pingRedisServer(senderOf(client, abandoned), details);
}

function senderOf(client: NodeRedisServer, abandoned: AbortSignal): SendToRedis {
  // Without a connection, the client would queue the command.
  if (!client.isReady) throw notConnected(client.isOpen ? 'connecting' : 'closed');
  return (...words) => client.sendCommand(words, { abortSignal: abandoned });
}

/** A primary with a connection, if there is one. */
function primaryOf(primaries: readonly { readonly client?: NodeRedisServer | undefined }[]): NodeRedisServer {
  const clients = primaries.flatMap(({ client }) => client ?? []);
  const client = clients.find(({ isReady }) => isReady) ?? clients[0];
  if (!client) throw notConnected('without a primary');
  return client;
}
