import { isForbidden } from './redis-replies.js';

/** Sends a command over a connection that is there, and resolves to the reply. */
export type SendToRedis = (name: string, ...words: string[]) => Promise<unknown>;

/** What a server says of itself, by the names that it uses. */
export type RedisInfo = Readonly<Record<string, string>>;

/** Asks a server for an answer, and for its memory and role too, unless the user may not ask: undefined then. */
export async function askRedisServer(send: SendToRedis, details: boolean): Promise<RedisInfo | undefined> {
  // All at once: they travel together, and cost one round trip.
  const [, memory, replication] = await Promise.all([
    send('PING'),
    details ? infoOf(send, 'memory') : undefined,
    details ? infoOf(send, 'replication') : undefined,
  ]);
  return memory && replication && { ...memory, ...replication };
}

/** Asks a node of a cluster how the cluster is. */
export async function askRedisCluster(send: SendToRedis): Promise<RedisInfo> {
  return read(await send('CLUSTER', 'INFO'));
}

/** Asks how far a server is with loading its data: undefined if it is done, or does not say. */
export async function askRedisForLoading(send: SendToRedis): Promise<RedisInfo | undefined> {
  const info = await infoOf(send, 'persistence');
  return info?.['loading'] === '1' ? info : undefined;
}

async function infoOf(send: SendToRedis, section: string): Promise<RedisInfo | undefined> {
  try {
    return read(await send('INFO', section));
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** Lines of `name:value`, among headings. */
function read(reply: unknown): RedisInfo {
  return Object.fromEntries([...String(reply).matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name, value]));
}
