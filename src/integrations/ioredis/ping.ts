import { ClientCalls } from '../../clients/client-calls.js';
import { notConnected } from '../../clients/not-connected.js';
import { type RedisAnswer, askRedisCluster, askRedisServer } from '../../clients/redis/info.js';
import { explainRedisError } from '../../clients/redis/replies.js';
import { unlessClosed } from '../../clients/unless-closed.js';
import { ready, senderOf } from './connection.js';
import { type IoRedisClient, type IoRedisServerClient, isCluster } from './ioredis-client.js';

interface Answer {
  readonly answer: RedisAnswer;
  readonly isDetailed: boolean;
}

/** Of all indicators: two that look at one client share its ping, too. */
const pings = new ClientCalls<Answer>();

/** Asks the server for an answer, with one round trip on the client at a time. */
export async function ping(client: IoRedisClient, details: boolean, signal: AbortSignal): Promise<RedisAnswer> {
  for (;;) {
    const { answer, isDetailed } = await pings.call(client, signal, (abandoned) => ask(client, details, abandoned));
    // Another indicator may have begun the call, which wanted less.
    if (isDetailed || !details) return answer;
  }
}

async function ask(client: IoRedisClient, details: boolean, abandoned: AbortSignal): Promise<Answer> {
  try {
    await ready(client, abandoned);
    const server = serverOf(client);
    if (server !== client) await ready(server, abandoned);
    const send = senderOf(server);
    const asked = isCluster(client) ? askRedisCluster(send) : askRedisServer(send, details);
    // There is no taking back what was sent. Until the reply comes, or the connection goes, no other ping begins.
    return { answer: await unlessClosed(server, asked), isDetailed: details };
  } catch (error) {
    throw explainRedisError(error);
  }
}

/** Of a cluster one primary, and rather one to which there is a connection: others are connected to when needed. */
function serverOf(client: IoRedisClient): IoRedisServerClient {
  if (!isCluster(client)) return client;
  const primaries = client.nodes('master');
  const server = primaries.find(({ status }) => status === 'ready') ?? primaries[0];
  if (!server) throw notConnected('without a primary');
  return server;
}
