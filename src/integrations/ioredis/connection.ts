import { once } from 'node:events';
import { type SendToRedis, askRedisForLoading } from '../../clients/redis/info.js';
import { notConnected } from '../../clients/not-connected.js';
import { redisLoading } from '../../clients/redis/result.js';
import { unlessClosed } from '../../clients/unless-closed.js';
import { type IoRedisClient, type IoRedisServerClient, isCluster } from './ioredis-client.js';

/** In these a client is about to be ready. In any other it pauses before its next try, or has given up. */
const CONNECTING: ReadonlySet<string> = new Set(['connecting', 'connect']);

/**
 * Resolves when a command can be sent at once. A client that has no connection would put it aside until it has one: that
 * rejects without delay.
 */
export async function ready(client: IoRedisClient, abandoned: AbortSignal): Promise<void> {
  // The application's own first command would do the same; without traffic it does not come, and without UP no traffic.
  if (client.status === 'wait') client.connect().catch(() => undefined);
  if (client.status === 'ready') return;
  if (!CONNECTING.has(client.status)) throw notConnected(client.status === 'end' ? 'closed' : client.status);
  if (client.status === 'connect' && !isCluster(client)) await loaded(client);
  if (client.status !== 'ready') await becomesReady(client, abandoned);
}

/** Lower case, by which the client knows what a subscriber may say, and what may be said to a server that is loading. */
export const senderOf =
  (client: IoRedisServerClient): SendToRedis =>
  (name, ...words) =>
    client.call(name.toLowerCase(), ...words);

/** A client is not ready before its server has loaded its data, but it lets this question through. */
async function loaded(client: IoRedisServerClient): Promise<void> {
  const loading = await unlessClosed(client, askRedisForLoading(senderOf(client)));
  if (loading) throw redisLoading(loading);
}

async function becomesReady(client: IoRedisClient, abandoned: AbortSignal): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, abandoned]);
  try {
    // It hears of errors, too: the reason why there is no connection.
    await unlessClosed(client, once(client, 'ready', { signal }));
  } finally {
    over.abort();
  }
}
