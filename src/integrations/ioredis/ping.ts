import { notConnected } from '../../clients/not-connected.js';
import { isIoRedisCluster } from '../../clients/redis/ioredis-ready.js';
import { pingRedis } from '../../clients/redis/ping.js';
import { type RedisResponse, pingRedisCluster, pingRedisServer } from '../../clients/redis/requests.js';
import { unlessClosed } from '../../clients/unless-closed.js';
import { ready, senderOf } from './connection.js';
import type { IoRedisClient, IoRedisServerClient } from './ioredis-client.js';

/** Pings the server, with one round trip on the client at a time. */
export function ping(client: IoRedisClient, details: boolean, signal: AbortSignal): Promise<RedisResponse> {
  return pingRedis(client, details, signal, (abandoned) => send(client, details, abandoned));
}

async function send(client: IoRedisClient, details: boolean, abandoned: AbortSignal): Promise<RedisResponse> {
  await ready(client, abandoned);
  const server = serverOf(client);
  if (server !== client) await ready(server, abandoned);
  const sender = senderOf(server);
  // A command that was sent cannot be cancelled. No other ping begins before the reply, or the end of the connection.
  return unlessClosed(server, isIoRedisCluster(client) ? pingRedisCluster(sender) : pingRedisServer(sender, details));
}

/** For a cluster: a primary with a connection, if there is one. The client connects to the others when it needs them. */
function serverOf(client: IoRedisClient): IoRedisServerClient {
  if (!isIoRedisCluster(client)) return client;
  const primaries = client.nodes('master');
  const server = primaries.find(({ status }) => status === 'ready') ?? primaries[0];
  if (!server) throw notConnected('without a primary');
  return server;
}
