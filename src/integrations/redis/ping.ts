import { ClientRequests } from '../../clients/client-requests.js';
import { notConnected } from '../../clients/not-connected.js';
import type { PoolCapacity } from '../../clients/pool-capacity.js';
import type { NodeRedisServer } from '../../clients/redis/node-redis.js';
import { explainRedisError } from '../../clients/redis/failure.js';
import {
  type RedisResponse,
  type SendToRedis,
  pingRedisCluster,
  pingRedisServer,
} from '../../clients/redis/requests.js';
import { capacityOf, withClient } from './borrowed-client.js';
import { type RedisClient, isCluster, isPool, isSentinel } from './redis-client.js';

/** The response of one client of a pool, or of the client. */
export interface RedisClientResponse extends RedisResponse {
  /** The number of idle clients without a connection that the pool returned before this one. */
  readonly unconnected?: number;
}

/** Shared by all indicators: two indicators with the same client share its ping. */
const pings = new ClientRequests<RedisClientResponse>();

/** Pings the server, with one round trip on the client, or on one client of a pool, at a time. */
export function ping(client: RedisClient, details: boolean, signal: AbortSignal): Promise<RedisClientResponse> {
  const begin = async (abandoned: AbortSignal): Promise<RedisClientResponse> => {
    try {
      return await send(client, details, abandoned);
    } catch (error) {
      throw explainRedisError(error);
    }
  };
  const capacity = isPool(client) ? (): PoolCapacity => capacityOf(client) : undefined;
  return pings.send(client, details ? 'details' : 'ping', signal, begin, capacity);
}

async function send(client: RedisClient, details: boolean, abandoned: AbortSignal): Promise<RedisClientResponse> {
  if (!client.isOpen) throw notConnected('closed');
  if (isPool(client)) {
    return withClient(client, abandoned, async (borrowed, unconnected) => {
      return { ...(await pingRedisServer(senderOf(borrowed, abandoned), details)), unconnected };
    });
  }
  if (isCluster(client)) return pingRedisCluster(senderOf(primaryOf(client.masters), abandoned));
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
