import { once } from 'node:events';
import { ioRedisReady, isIoRedisCluster } from '../../clients/redis/ioredis-ready.js';
import { type SendToRedis, loadingProgress } from '../../clients/redis/requests.js';
import { redisLoading } from '../../clients/redis/redis-result.js';
import { unlessClosed } from '../../clients/unless-closed.js';
import { linkedAbort } from '../../core/async.js';
import type { IoRedisClient, IoRedisServerClient } from './ioredis-client.js';

/** Resolves when a command can be sent at once. Rejects with the reason if the client cannot connect. */
export function ready(client: IoRedisClient, abandoned: AbortSignal): Promise<void> {
  return ioRedisReady(client, abandoned, async () => {
    if (client.status === 'connect' && !isIoRedisCluster(client)) await refuseWhileLoading(client);
    if (client.status !== 'ready') await becomesReady(client, abandoned);
  });
}

/** Sends names in lower case, as in the client's lists of permitted commands for subscribers and for a loading server. */
export const senderOf =
  (client: IoRedisServerClient): SendToRedis =>
  (name, ...parameters) =>
    client.call(name.toLowerCase(), ...parameters);

/** A client is not ready until its server has loaded its data, but it can send this command before that. */
async function refuseWhileLoading(client: IoRedisServerClient): Promise<void> {
  const loading = await unlessClosed(client, loadingProgress(senderOf(client)));
  if (loading) throw redisLoading(loading);
}

async function becomesReady(client: IoRedisClient, abandoned: AbortSignal): Promise<void> {
  const { signal, abort, release } = linkedAbort(abandoned);
  try {
    // `once` rejects on the event `error` too, with the reason why there is no connection.
    await unlessClosed(client, once(client, 'ready', { signal }));
  } finally {
    release();
    abort();
  }
}
