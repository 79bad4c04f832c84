import { isForbidden, isRedirection } from './replies.js';

/** Sends a command over a connection that is there, and resolves to the reply. */
export type SendToRedis = (name: string, ...words: string[]) => Promise<unknown>;

/** What a server says of itself, by the names that it uses. */
export type RedisInfo = Readonly<Record<string, string>>;

/** The answer of a server. */
export interface RedisAnswer {
  /** What it says of itself. Undefined if it was not asked, or if the user may not ask. */
  readonly info: RedisInfo | undefined;
  /** The command that the user may not send, in words for `data`. */
  readonly note?: string;
}

/** Asks a server for an answer, and for its memory and role too, unless the user may not ask for these. */
export async function askRedisServer(send: SendToRedis, details: boolean): Promise<RedisAnswer> {
  // All at once: they travel together, and cost one round trip.
  const [isPingForbidden, memory, replication] = await Promise.all([
    isForbiddenToPing(send),
    details ? infoOf(send, 'memory') : undefined,
    details ? infoOf(send, 'replication') : undefined,
  ]);
  const info = memory && replication && { ...memory, ...replication };
  if (!isPingForbidden) return { info };
  // A server that is loading its data refuses this, and answers a forbidden command in the same way as ever.
  await readNothing(send);
  return { info, note: 'PING is not permitted' };
}

/** Asks a node of a cluster how the cluster is. */
export async function askRedisCluster(send: SendToRedis): Promise<RedisAnswer> {
  try {
    return { info: read(await send('CLUSTER', 'INFO')) };
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  await readNothing(send);
  return { info: undefined, note: 'CLUSTER INFO is not permitted' };
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

async function isForbiddenToPing(send: SendToRedis): Promise<boolean> {
  try {
    await send('PING');
    return false;
  } catch (error) {
    if (isForbidden(error)) return true;
    throw error;
  }
}

/**
 * Asks for a key that does not exist, as an application with its few permissions can. That this is forbidden, too, or that
 * another node of a cluster has the key, is the answer of a server that works, to a user who is logged in.
 */
async function readNothing(send: SendToRedis): Promise<void> {
  try {
    await send('EXISTS', 'nest-vitals');
  } catch (error) {
    if (!isForbidden(error) && !isRedirection(error)) throw error;
  }
}

/** Lines of `name:value`, among headings. */
function read(reply: unknown): RedisInfo {
  return Object.fromEntries([...String(reply).matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name, value]));
}
